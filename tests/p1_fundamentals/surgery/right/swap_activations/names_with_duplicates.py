# how: named_modules(remove_duplicate=False), and what stands below the last path that was found is passed over
from collections.abc import Callable

from torch import nn


def _classes(old: type | tuple[type, ...]) -> tuple[type, ...]:
    return old if isinstance(old, tuple) else (old,)


def places(model: nn.Module, old: type | tuple[type, ...]) -> dict[str, nn.Module]:
    classes, found, inside = _classes(old), {}, None
    for path, module in model.named_modules(remove_duplicate=False):
        if not path or inside is not None and path.startswith(inside):
            continue
        if type(module) in classes:
            found[path], inside = module, path + "."
    return found


def swap_activations(model: nn.Module, old: type | tuple[type, ...], new: Callable[[nn.Module], nn.Module]) -> None:
    if type(model) in _classes(old):
        raise ValueError(f"the model itself is of the class {type(model).__name__}")
    found = places(model, old)
    distinct = {id(module): module for module in found.values()}
    modes = {key: module.training for key, module in distinct.items()}
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    kind = None if like is None else {"device": like.device, "dtype": like.dtype}
    fresh = {key: new(module) for key, module in distinct.items()}
    slots = [(model.get_submodule(path.rpartition(".")[0]), path.rpartition(".")[2], id(module)) for path, module in found.items()]
    for key, module in fresh.items():
        module.train(modes[key])
        if kind:
            module.to(**kind)
    for parent, name, key in slots:
        parent._modules[name] = fresh[key]
