"""What the suite of `prune_magnitude` does beside the learner's functions, in the learner's process.

Models are made there: a module does not cross the wire. A probe gets the exercise's module as `work`, returns plain data,
and holds no expected value.
"""
import copy

import torch
from torch import nn


class Scaled(nn.Linear):
    """A layer of a class that is derived from nn.Linear."""


class Encoder(nn.Module):
    """What a small BERT is made of. `head` shares the embedding's matrix, `again` the weight of `query`."""

    def __init__(self, head_first=False):
        super().__init__()
        if head_first:
            self.head = nn.Linear(2, 6, bias=False)
        self.words = nn.Embedding(6, 2)
        self.places = nn.Embedding(3, 2)
        self.norm = nn.LayerNorm(2)
        self.layers = nn.ModuleList([nn.ModuleDict({"query": nn.Linear(2, 2), "up": Scaled(2, 4), "down": nn.Linear(4, 2)})])
        self.again = nn.Linear(2, 2, bias=False)
        self.convolution = nn.Conv1d(2, 2, 2)
        self.scale = nn.Parameter(torch.ones(2, 2))
        self.dropout = nn.Dropout()
        self.register_buffer("positions", torch.arange(4))
        if not head_first:
            self.head = nn.Linear(2, 6, bias=False)
        self.head.weight = self.words.weight
        self.again.weight = self.layers[0]["query"].weight


KINDS = {
    "two layers": lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 4, bias=False)),
    "odd": lambda: nn.Sequential(nn.Linear(5, 1), nn.Linear(1, 3), nn.Linear(7, 1)),
    "encoder": Encoder,
    "encoder, head first": lambda: Encoder(head_first=True),
    "no layers": lambda: nn.Sequential(nn.LayerNorm(3), nn.ReLU()),
    "empty": lambda: nn.Sequential(nn.Linear(0, 2), nn.Linear(2, 1, bias=False)),
}


def make(kind, values, dtypes=("float32",)):
    """A model whose Parameters have these numbers, by name, in these dtypes, in turn."""
    model = KINDS[kind]()
    for number, (name, parameter) in enumerate(list(model.named_parameters())):
        parameter.data = torch.as_tensor(values[name]).reshape(parameter.shape).to(getattr(torch, dtypes[number % len(dtypes)]))
    return model


def names(work, kind, values, **options):
    """The names of what is prunable, and for each whether it is the model's Parameter of that name."""
    model = make(kind, values)
    found = work.prunable(model, **options)
    own = dict(model.named_parameters())
    return list(found), [each is own.get(name) for name, each in found.items()]


def parameters_of(model):
    """The numbers by name, in float64: exact for each of the dtypes, and bfloat16 does not travel."""
    return {name: each.detach().double().clone() for name, each in model.named_parameters()}


def prune(work, kind, values, share, *, times=1, dtypes=("float32",), **options):
    """What is reported of the last of several prunings, and the numbers of all Parameters then."""
    model = make(kind, values, dtypes)
    for _ in range(times):
        report = work.prune(model, share, **options)
    return dict(report), parameters_of(model)


def facts_of(model):
    return {"keys of the state_dict": list(model.state_dict()), "buffers": [name for name, _ in model.named_buffers()],
            "Parameters, with all their names": [name for name, _ in model.named_parameters(remove_duplicate=False)],
            "hooks": sum(len(each._forward_pre_hooks) + len(each._forward_hooks) for each in model.modules()),
            "attributes": [sorted(vars(each)) for each in model.modules()],
            "modes": [each.training for each in model.modules()],
            "requires_grad": [each.requires_grad for each in model.parameters()],
            "tied": [model.head.weight is model.words.weight, model.again.weight is model.layers[0]["query"].weight]}


def traces(work, values, share, **options):
    """An encoder is pruned. What holds of it before and afterwards, and whether its Parameters, their memory and their
    gradients are the same.
    """
    model = make("encoder", values)
    model.eval()
    model.layers.train()
    model.layers[0]["up"].weight.requires_grad_(False)
    for each in model.parameters():
        each.grad = torch.ones_like(each) if each.requires_grad else None
    before = facts_of(model)
    kept = {name: (each, each.data_ptr(), each.grad) for name, each in model.named_parameters()}
    work.prune(model, share, **options)
    after = facts_of(model)
    same = {name: [each is model.get_parameter(name), model.get_parameter(name).data_ptr() == place,
                   model.get_parameter(name).grad is grad] for name, (each, place, grad) in kept.items()}
    return before, after, same


def transposed(work, values, share, **options):
    """One layer, whose weight is the transpose of another matrix: its numbers afterwards, and those of that matrix."""
    layer = nn.Linear(values.shape[1], values.shape[0], bias=False)
    base = values.float().T.contiguous()
    layer.weight = nn.Parameter(base.T)
    work.prune(nn.Sequential(layer), share, **options)
    return layer.weight.detach().double().clone(), base.double()


def refuse(work, kind, values, share, **options):
    """The class of the error that pruning raises, or "", and the Parameters then."""
    model, error = make(kind, values), ""
    try:
        work.prune(model, share, **options)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, parameters_of(model)


def permanent(work, kind, values, masks):
    """A model gets masks, by the names of its layers, and they are made permanent. Its numbers, the keys of its state_dict, the
    buffers, whether Parameters are the same, and whether another model loads the state.
    """
    model = make(kind, values)
    keys = list(model.state_dict())
    for name, mask in masks.items():
        model.get_submodule(name).register_buffer("weight_mask", torch.as_tensor(mask))
    kept = {name: (each, each.data_ptr()) for name, each in model.named_parameters()}
    work.make_permanent(model)
    same = [each is model.get_parameter(name) and model.get_parameter(name).data_ptr() == place
            for name, (each, place) in kept.items()]
    result = KINDS[kind]().load_state_dict(model.state_dict(), strict=False)
    left = sorted(name for layer in model.modules() for name in vars(layer) if "mask" in name)
    copy.deepcopy(model)
    return (parameters_of(model), list(model.state_dict()) == keys, [name for name, _ in model.named_buffers()], all(same),
            [*result.missing_keys, *result.unexpected_keys, *left])
