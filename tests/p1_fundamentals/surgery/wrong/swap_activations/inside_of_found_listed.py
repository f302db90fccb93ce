# what is wrong: the walk goes on inside a module that was found, so what belongs to it is listed and replaced on its own
# told: goes_on_inside
def _olds(old):
    return set(old) if isinstance(old, tuple) else {old}


def places(model, old):
    olds = _olds(old)
    return {path: module for path, module in model.named_modules(remove_duplicate=False) if path and type(module) in olds}


def swap_activations(model, old, new):
    if type(model) in _olds(old):
        raise ValueError("the model itself is of an old class")
    found = places(model, old)
    slots = []
    for path, module in found.items():
        parent, _, name = path.rpartition(".")
        slots.append((model.get_submodule(parent), name, module))
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    fresh = {}
    for module in found.values():
        if id(module) not in fresh:
            mode = module.training
            fresh[id(module)] = mode, new(module)
    for mode, module in fresh.values():
        module.train(mode)
        if like is not None:
            module.to(like.device, like.dtype)
    for parent, name, module in slots:
        parent._modules[name] = fresh[id(module)][1]
