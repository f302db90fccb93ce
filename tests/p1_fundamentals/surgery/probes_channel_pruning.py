"""What the suite of `channel_pruning` does beside the learner's functions, in the learner's process.

Models are made there: a module does not cross the wire. A probe gets the exercise's module as `work`, returns plain data,
and holds no expected value.
"""
import torch
from torch import nn


class Residual(nn.Module):
    """A stem; a block that is added to what it reads; and a block with a convolution on its shortcut."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4))
        self.first = nn.Sequential(nn.Conv2d(4, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3), nn.ReLU(),
                                   nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4))
        self.second = nn.Sequential(nn.Conv2d(4, 5, 1), nn.ReLU(), nn.Conv2d(5, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6))
        self.shortcut = nn.Conv2d(4, 6, 1)
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = nn.functional.relu(x + self.first(x))
        x = torch.relu(torch.add(self.second(x), self.shortcut(x)))
        return self.head(torch.flatten(self.pool(x), 1))


class AddsInput(nn.Module):
    """What is added to the model's input, and what the model returns, cannot be removed; what is between can."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Conv2d(2, 4, 1)
        self.outer = nn.Conv2d(4, 2, 1)
        self.last = nn.Conv2d(2, 3, 1)

    def forward(self, x):
        return self.last(x + self.outer(torch.relu(self.inner(x))))


MODELS = {
    "chain": lambda: nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
                                   nn.Conv2d(4, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(),
                                   nn.Flatten(), nn.Dropout(0.5), nn.Linear(24, 3)),
    "bare norms": lambda: nn.Sequential(nn.Conv2d(2, 4, 1), nn.BatchNorm2d(4, affine=False), nn.Conv2d(4, 3, 1),
                                        nn.BatchNorm2d(3, track_running_stats=False), nn.Conv2d(3, 2, 1)),
    "residual": Residual,
    "adds its input": AddsInput,
    "one convolution": lambda: nn.Sequential(nn.Conv2d(2, 4, 1), nn.ReLU()),
    "grouped": lambda: nn.Sequential(nn.Conv2d(2, 4, 1), nn.Conv2d(4, 4, 3, groups=2), nn.Conv2d(4, 2, 1)),
}


@torch.no_grad()
def make(kind, values=None, dtype="float64"):
    """A model in evaluation mode with these numbers in its parameters and running statistics, by their names."""
    model = MODELS[kind]().to(getattr(torch, dtype)).eval()
    for name, each in model.state_dict().items():
        if values and name in values:
            each.copy_(values[name])
    return model


def tensors_of(model):
    return {name: each.detach().clone() for name, each in model.state_dict().items()}


def sizes_of(model):
    """What the layers say of themselves."""
    names = ("in_channels", "out_channels", "num_features", "in_features", "out_features")
    return {f"{name}.{each}": getattr(layer, each) for name, layer in model.named_modules() for each in names
            if hasattr(layer, each)}


def output_of(model, x):
    """The model's output, or in words that it does not run."""
    try:
        return model(x)
    except (RuntimeError, ValueError):
        return "the model does not run"


def scores(work, kind, values, dtype):
    """The scores of each group, and whether they require a gradient."""
    model = make(kind, values, dtype)
    found = [work.channel_scores(model, group) for group in work.channel_groups(model)]
    return found, [each.requires_grad for each in found]


def prune(work, kind, values, share, x):
    """After prune_channels: the tensors by name, what layers say of themselves, and the output for x."""
    model = make(kind, values)
    work.prune_channels(model, share)
    output = output_of(model, x)
    return tensors_of(model), sizes_of(model), output if isinstance(output, str) else output.detach()


def remove(work, kind, values, number, keep, x, frozen=()):
    """As `prune`, after remove_channels of one group; then the names of the parameters that require no gradient, of those
    that have none after a step back, and of the tensors that are the same objects as before, and whether all modules are.
    """
    model = make(kind, values)
    for name in frozen:
        model.get_parameter(name).requires_grad_(False)
    before, modules = {**dict(model.named_parameters()), **dict(model.named_buffers())}, list(model.modules())
    work.remove_channels(model, work.channel_groups(model)[number], keep)
    after = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    same = sorted(name for name, each in after.items() if each is before.get(name))
    output = output_of(model, x)
    held = tensors_of(model), sizes_of(model), output if isinstance(output, str) else output.detach()
    if not isinstance(output, str):
        output.square().sum().backward()
    fixed = sorted(name for name, p in model.named_parameters() if not p.requires_grad)
    without = sorted(name for name, p in model.named_parameters() if p.grad is None)
    return *held, fixed, without, same, all(one is other for one, other in zip(model.modules(), modules, strict=True))


def refuse(work, kind, values, share):
    """The class of the error that prune_channels raises, or "", and the model's tensors afterwards."""
    model, error = make(kind, values), ""
    try:
        work.prune_channels(model, share)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, tensors_of(model)
