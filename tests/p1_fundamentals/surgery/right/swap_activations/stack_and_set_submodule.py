# A stack in the place of recursion, and set_submodule.
from collections import OrderedDict


def places(model, old):
    if isinstance(old, type):
        old = (old,)
    found = OrderedDict()
    stack = [(name, child) for name, child in reversed(model._modules.items())]
    while stack:
        path, module = stack.pop()
        if module is None:
            continue
        if any(type(module) is each for each in old):
            found[path] = module
        else:
            stack.extend((path + "." + name, child) for name, child in reversed(module._modules.items()))
    return dict(found)


def swap_activations(model, old, new):
    if any(type(model) is each for each in ((old,) if isinstance(old, type) else old)):
        raise ValueError("cannot replace the root")
    found = places(model, old)
    distinct = list({id(module): module for module in found.values()}.values())
    reference = next(filter(lambda p: p.is_floating_point(), model.parameters()), None)
    fresh = [new(module) for module in distinct]
    for module, other in zip(distinct, fresh):
        other.train(module.training)
        if reference is not None:
            other.to(reference.device)
            other.to(reference.dtype)
    by_id = {id(module): other for module, other in zip(distinct, fresh)}
    for path in list(found):
        model.set_submodule(path, by_id[id(found[path])])
