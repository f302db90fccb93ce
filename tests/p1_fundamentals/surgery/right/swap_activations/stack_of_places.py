# how: an explicit stack of (path, parent, name), and a class for one replacement
from dataclasses import dataclass, field

from torch import nn


@dataclass
class Replacement:
    old: nn.Module
    training: bool
    slots: list = field(default_factory=list)
    new: nn.Module | None = None


def _search(model, old):
    classes = frozenset(old) if isinstance(old, tuple) else frozenset({old})
    stack = [(name, model, name) for name in reversed(list(model._modules))]
    while stack:
        path, parent, name = stack.pop()
        module = parent._modules[name]
        if module is None:
            continue
        if type(module) in classes:
            yield path, parent, name, module
        else:
            stack += [(path + "." + key, module, key) for key in reversed(list(module._modules))]


def places(model, old):
    return {path: module for path, _, _, module in _search(model, old)}


def swap_activations(model, old, new):
    if type(model) is old or isinstance(old, tuple) and type(model) in old:
        raise ValueError("the model has no parent that could hold another module in its place")
    plan = {}
    for _, parent, name, module in _search(model, old):
        plan.setdefault(id(module), Replacement(module, module.training)).slots.append((parent, name))
    device = dtype = None
    for parameter in model.parameters():
        if parameter.is_floating_point():
            device, dtype = parameter.device, parameter.dtype
            break
    for each in plan.values():
        each.new = new(each.old)
    for each in plan.values():
        each.new.train(each.training)
        if dtype is not None:
            each.new.to(device, dtype)
    for each in plan.values():
        for parent, name in each.slots:
            setattr(parent, name, each.new)
