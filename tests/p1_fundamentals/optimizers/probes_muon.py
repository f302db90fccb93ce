"""What the suite of `muon` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


def orthogonalised(work, matrices, layout, **options):
    """The results for several matrices, looked at after the last call, and the matrices as they are then."""
    given = [laid_out(each, layout) for each in matrices]
    return [work.newton_schulz(each, **options) for each in given], given


class Largest(TorchDispatchMode):
    """Counts the elements of the largest tensor that is made while it is entered."""

    def __init__(self):
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        for each in made if isinstance(made, (list, tuple)) else [made]:
            if isinstance(each, torch.Tensor):
                self.elements = max(self.elements, each.numel())
        return made


def largest_tensor(work, matrix):
    """The result for a matrix, and the number of elements of the largest tensor that is made on the way."""
    with Largest() as counted:
        result = work.newton_schulz(matrix)
    return result, counted.elements


def in_place(work, params, gradients, layout, **options):
    """The memory of the parameters after all steps, and the gradients of the last step then."""
    held = [laid_out(each, layout) for each in params]
    leaves = [each.detach().requires_grad_() for each in held]
    optimizer = work.Muon(leaves, **options)
    for arrived in gradients:
        for p, gradient in zip(leaves, arrived):
            p.grad = laid_out(gradient, layout)
        optimizer.step()
    return [each.clone() for each in held], [p.grad for p in leaves]


class Positions(nn.Embedding):
    """An embedding of positions, with an offset that is a parameter too."""

    def __init__(self, count, width):
        super().__init__(count, width)
        self.offset = nn.Parameter(torch.zeros(1, width))


class Language(nn.Module):
    """A small language model. `tied` shares the weights of its input and output; the head is a module of two layers."""

    def __init__(self, tied):
        super().__init__()
        self.kinds = nn.Embedding(3, 4)
        self.embed = nn.ModuleDict({"tokens": nn.Embedding(7, 4), "places": Positions(5, 4)})
        self.blocks = nn.ModuleList(nn.ModuleDict({"norm": nn.LayerNorm(4), "up": nn.Linear(4, 6), "down": nn.Linear(6, 4)})
                                    for _ in range(2))
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.end = nn.ModuleDict({"norm": nn.LayerNorm(4), "logits": nn.Linear(4, 7, bias=False)})
        if tied:
            self.end["logits"].weight = self.embed["tokens"].weight


class Shared(nn.Module):
    """A hidden layer that is used twice, hidden layers with the weight of the head, before and after it, and equal numbers."""

    def __init__(self):
        super().__init__()
        self.first, self.tied, self.last = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3)
        self.again, self.later = self.first, nn.Linear(3, 3)
        self.tied.weight = self.later.weight = self.last.weight
        with torch.no_grad():
            for p in self.parameters():
                p.fill_(1.0)


def model_named(name):
    """(model, head)."""
    if name == "perceptron":
        model = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.ReLU(), nn.Sequential(nn.Linear(5, 6), nn.ReLU()),
                              nn.Linear(6, 2))
        return model, model[4]
    if name == "convolutions":
        model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Conv1d(2, 3, 2, bias=False), nn.PReLU(),
                              nn.Linear(3, 2))
        return model, model[4]
    if name == "shared":
        model = Shared()
        return model, model.last
    model = Language(tied=name == "tied language model")
    return model, model.end


def split(work, name):
    """The names of the parameters in the two lists that split_parameters returns for a model, and the type of what it returns.

    A parameter that occurs at several places has the name of the first; what is not a parameter of the model is "?".
    """
    model, head = model_named(name)
    names = {id(p): at for at, p in model.named_parameters()}
    found = work.split_parameters(model, head)
    return [[names.get(id(p), "?") for p in group] for group in found], type(found).__name__


def laid_out(tensor, layout):
    """A copy of a tensor in memory: row by row ("rows"), column by column ("columns"), or every other place ("gaps")."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    backwards = tuple(reversed(range(tensor.ndim)))
    return tensor.clone().permute(backwards).contiguous().permute(backwards) if layout == "columns" else tensor.clone()
