# what is wrong: a new module gets the mode of the whole model and not that of the module that it replaces
# told: takes_the_mode_of_the_root
from torch import nn


def is_of(module, old):
    return type(module) in old if isinstance(old, tuple) else type(module) is old


def places(model: nn.Module, old) -> dict[str, nn.Module]:
    result: dict[str, nn.Module] = {}

    def visit(parent: nn.Module, path: list[str]) -> None:
        for name, child in parent._modules.items():
            if child is None:
                continue
            if is_of(child, old):
                result[".".join([*path, name])] = child
            else:
                visit(child, [*path, name])

    visit(model, [])
    return result


def swap_activations(model: nn.Module, old, new) -> None:
    if is_of(model, old):
        raise ValueError("the root has no place")
    where = places(model, old)
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    fresh = {}
    for module in where.values():
        if module not in fresh:
            fresh[module] = new(module)
    for module in fresh.values():
        module.train(model.training)
        if like is not None:
            module.to(device=like.device, dtype=like.dtype)
    targets = [(model.get_submodule(path.rpartition(".")[0]), path.rpartition(".")[2], module) for path, module in where.items()]
    for parent, name, module in targets:
        parent._modules[name] = fresh[module]
