# what is wrong: named_modules lists a module that is registered in several places once, so all of its places but the first keep the old one
# told: passes_over_shared
def _classes(old):
    return old if isinstance(old, tuple) else (old,)


def places(model, old):
    found, inside = {}, None
    for path, module in model.named_modules():
        if not path or (inside is not None and path.startswith(inside + ".")):
            continue
        if type(module) in _classes(old):
            found[path], inside = module, path
    return found


def swap_activations(model, old, new):
    if type(model) in _classes(old):
        raise ValueError("the root has no parent")
    reference = next((p for p in model.parameters() if p.is_floating_point()), None)
    found = places(model, old)
    modes = {path: module.training for path, module in found.items()}
    fresh = {path: new(module) for path, module in found.items()}
    for path, module in fresh.items():
        module.train(modes[path])
        if reference is not None:
            module.to(reference.device, reference.dtype)
    parents = {path: model.get_submodule(path.rpartition(".")[0]) for path in fresh}
    for path, module in fresh.items():
        setattr(parents[path], path.rpartition(".")[2], module)
