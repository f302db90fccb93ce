# A generator of (parent, name, path, module); the swap does not go through places.
from torch import nn


def slots(parent: nn.Module, classes, prefix=()):
    for name in parent._modules:
        child = parent._modules[name]
        if child is None:
            continue
        if type(child) in classes:
            yield parent, name, ".".join((*prefix, name)), child
        else:
            yield from slots(child, classes, (*prefix, name))


def places(model, old):
    return {path: child for _, _, path, child in slots(model, set(old) if isinstance(old, tuple) else {old})}


def swap_activations(model, old, new):
    classes = set(old) if isinstance(old, tuple) else {old}
    if type(model) in classes:
        raise ValueError(type(model).__name__)
    all_slots = list(slots(model, classes))
    made = {}
    for _, _, _, child in all_slots:
        if child not in made:
            made[child] = new(child)
    to = {}
    for parameter in model.parameters():
        if parameter.dtype.is_floating_point:
            to = {"device": parameter.device, "dtype": parameter.dtype}
            break
    for child, other in made.items():
        other.train(child.training)
        if to:
            other.to(**to)
    for parent, name, _, child in all_slots:
        parent.register_module(name, made[child])
