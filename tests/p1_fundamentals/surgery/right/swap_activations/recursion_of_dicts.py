# how: places builds its dict by recursion, and the paths are followed again to put the new modules in, all parents before the first change
from torch import nn


def of(module, old):
    return any(type(module) is each for each in (old if isinstance(old, tuple) else [old]))


def places(model: nn.Module, old) -> dict:
    tree = {}
    for name, child in model._modules.items():
        if of(child, old):
            tree[name] = child
        elif child is not None:
            tree |= {f"{name}.{rest}": module for rest, module in places(child, old).items()}
    return tree


def parent_of(model, path):
    *steps, _ = path.split(".")
    for step in steps:
        model = model._modules[step]
    return model


def swap_activations(model: nn.Module, old, new) -> None:
    if of(model, old):
        raise ValueError(f"no place for what would replace the {type(model).__name__} that was given as the model")
    where = places(model, old)
    parents = [parent_of(model, path) for path in where]
    floating = [p for p in model.parameters() if p.is_floating_point()][:1]
    before, after = [], []
    for module in where.values():
        if not any(module is each for each, _ in before):
            before.append((module, module.training))
    for module, _ in before:
        after.append(new(module))
    for (_, mode), module in zip(before, after, strict=True):
        module.train(mode)
        for like in floating:
            module.to(device=like.device, dtype=like.dtype)
    successors = {id(module): fresh for (module, _), fresh in zip(before, after, strict=True)}
    for parent, (path, module) in zip(parents, where.items(), strict=True):
        parent._modules[path.split(".")[-1]] = successors[id(module)]
