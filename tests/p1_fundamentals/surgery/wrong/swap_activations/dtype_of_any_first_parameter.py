# what is wrong: device and dtype are those of the first parameter of all, which may be one of integers, and then the conversion raises an error
# told: takes_a_dtype_of_integers
def places(model, old):
    olds = old if isinstance(old, tuple) else (old,)

    def below(module, prefix):
        for name, child in module._modules.items():
            if child is not None:
                if type(child) in olds:
                    yield prefix + name, child
                else:
                    yield from below(child, prefix + name + ".")

    return dict(below(model, ""))


def swap_activations(model, old, new):
    olds = old if isinstance(old, tuple) else (old,)
    if type(model) in olds:
        raise ValueError("no parent has a place for the new one")
    found = places(model, old)
    try:
        first = next(model.parameters())
    except StopIteration:
        first = None
    distinct = {id(module): module for module in found.values()}
    modes = {key: module.training for key, module in distinct.items()}
    fresh = {key: new(module) for key, module in distinct.items()}
    for key, module in fresh.items():
        module.train(modes[key])
        if first is not None:
            module.to(device=first.device, dtype=first.dtype)
    for path, module in found.items():
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = fresh[id(module)]
