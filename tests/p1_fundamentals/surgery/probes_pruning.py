"""What the suite of `pruning` does beside the learner's functions, in the learner's process.

Models are made there: a module does not cross the wire. A probe gets the exercise's module as `work`, returns plain data,
and holds no expected value.
"""
import copy

import torch
from torch import nn


class Scaled(nn.Linear):
    """A layer of a class that is derived from nn.Linear."""

    def forward(self, x):
        return 2 * super().forward(x)


def make(kind, dtype="float64"):
    """A model of a kind. Its numbers are of no matter: `fill` gives it others."""
    made = KINDS[kind]().to(getattr(torch, dtype))
    if kind == "tied":
        made["second"].weight = made["first"].weight
        made["head"].weight = made["embedding"].weight
    return made


KINDS = {
    "linear": lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 8)),
    "convolutions": lambda: nn.Sequential(nn.Conv2d(2, 4, (1, 3)), nn.ReLU(), nn.Sequential(nn.Conv2d(4, 2, 2, groups=2))),
    "one layer": lambda: nn.Linear(5, 4),
    "odd": lambda: nn.Sequential(nn.Linear(5, 1), nn.Linear(1, 3), nn.Linear(7, 1)),
    "all kinds": lambda: nn.ModuleDict({
        "embedding": nn.Embedding(4, 2), "sequence": nn.Conv1d(2, 2, 2), "up": nn.ConvTranspose2d(1, 2, 2),
        "block": nn.Sequential(nn.Sequential(nn.Conv2d(1, 4, 2, bias=False), nn.BatchNorm2d(4)), nn.GroupNorm(2, 4)),
        "head": nn.ModuleList([nn.Sequential(nn.LayerNorm(4), Scaled(4, 2))]), "bilinear": nn.Bilinear(2, 2, 1)}),
    "tied": lambda: nn.ModuleDict({"embedding": nn.Embedding(4, 3), "first": nn.Linear(3, 3), "second": nn.Linear(3, 3),
                                   "head": nn.Linear(3, 4)}),
    "no layers": lambda: nn.Sequential(nn.LayerNorm(3), nn.ReLU()),
}


@torch.no_grad()
def fill(model, values):
    """Give the parameters named in `values` these numbers, in place."""
    named = dict(model.named_parameters())
    for name, value in values.items():
        named[name].copy_(value)
    return model


def prune(work, function, kind, values, shares, *, between=None):
    """The model's parameters by name after each of several prunings, and its masks then.

    `between` holds numbers that parameters are given before the last one.
    """
    model, history = fill(make(kind), values), []
    for number, share in enumerate(shares, 1):
        if between and number == len(shares):
            fill(model, between)
        getattr(work, function)(model, share)
        history.append([parameters_of(model), masks_of(model)])
    return history


def parameters_of(model):
    return {name: each.detach().clone() for name, each in model.named_parameters()}


def masks_of(model):
    return {name: each.clone() for name, each in model.named_buffers() if name.endswith("weight_mask")}


def keep(work, function, kind, values, share, *, dtype):
    """Where the masks are, and what becomes of them. For each step their dtypes and the masks, both by name.

    The steps: in the buffers, in the state_dict, in a deep copy, in the model as another dtype, and in a second model,
    of which nothing was pruned, after it has loaded the state_dict.
    """
    model, second = fill(make(kind), values), make(kind)
    getattr(work, function)(model, share)
    getattr(work, function)(second, 0.0)
    state = {name: each.clone() for name, each in model.state_dict().items()}
    copied = copy.deepcopy(model)
    second.load_state_dict(state)
    of_state = {name: each for name, each in state.items() if name.endswith("weight_mask")}
    steps = [masks_of(model), of_state, masks_of(copied), masks_of(model.to(getattr(torch, dtype))), masks_of(second)]
    return [[{name: str(each.dtype) for name, each in masks.items()}, masks] for masks in steps]


def identities(work, function, values, share, layout):
    """One convolution is pruned. Its weight, whether it is the same Parameter, a leaf that requires a gradient, whether
    its gradient is the same, whether it lies in the same memory, and the mask.
    """
    layer = nn.Conv2d(3, 2, 2, bias=False).double()
    fill(layer, {"weight": values})
    if layout == "channels last":
        layer = layer.to(memory_format=torch.channels_last)
    before, place = layer.weight, layer.weight.data_ptr()
    before.grad = gradient = torch.full_like(values, 3.0)
    getattr(work, function)(layer, share)
    after = layer.weight
    facts = [after is before, after.is_leaf, after.requires_grad, after.grad is gradient, bool((gradient == 3).all()),
             after.data_ptr() == place]
    return after.detach().clone(), facts, masks_of(layer)


def frozen(work, function, values, share):
    """The weight of a layer that requires no gradient, pruned, and whether it requires one now."""
    layer = nn.Linear(values.shape[1], values.shape[0], bias=False).double().requires_grad_(False)
    getattr(work, function)(fill(layer, {"weight": values}), share)
    return layer.weight.clone(), layer.weight.requires_grad


def refuse(work, function, kind, values, share):
    """The class of the error that pruning raises, or "", then the model's parameters, and the names of its masks."""
    model, error = fill(make(kind), values), ""
    try:
        getattr(work, function)(model, share)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, parameters_of(model), sorted(masks_of(model))
