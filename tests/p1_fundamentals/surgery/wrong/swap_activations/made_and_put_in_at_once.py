# what is wrong: each new module is put in as soon as it is made, so where new raises an error at a later one the model is half changed
# told: puts_in_before_all_are_made
def places(model, old):
    olds = old if isinstance(old, tuple) else (old,)
    found = {}
    stack = [(name, child) for name, child in reversed(model._modules.items())]
    while stack:
        path, module = stack.pop()
        if module is None:
            continue
        if type(module) in olds:
            found[path] = module
            continue
        stack.extend((f"{path}.{name}", child) for name, child in reversed(module._modules.items()))
    return found


def swap_activations(model, old, new):
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError("the model itself cannot be replaced")
    first = next(filter(lambda p: p.is_floating_point(), model.parameters()), None)
    fresh = {}
    for path, module in places(model, old).items():
        if id(module) not in fresh:
            mode = module.training
            replacement = new(module)
            replacement.train(mode)
            if first is not None:
                replacement.to(first.device, first.dtype)
            fresh[id(module)] = module, replacement  # the old one too, so that its id is not given again
        parent, _, name = path.rpartition(".")
        setattr(model.get_submodule(parent), name, fresh[id(module)][1])
