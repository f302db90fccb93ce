# what is wrong: a child that is registered as None (self.shortcut = None) is walked into, which ends in an AttributeError
# told: goes_into_none
def _find(parent, olds, prefix, into):
    for name, child in parent._modules.items():
        path = f"{prefix}.{name}" if prefix else name
        if type(child) in olds:
            into.append((path, parent, name, child))
        else:
            _find(child, olds, path, into)
    return into


def _all(model, old):
    return _find(model, old if isinstance(old, tuple) else (old,), "", [])


def places(model, old):
    return {path: child for path, _, _, child in _all(model, old)}


def swap_activations(model, old, new):
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError("the model itself")
    every = _all(model, old)
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    fresh = {}
    for *_, child in every:
        if child not in fresh:
            mode = child.training
            fresh[child] = (new(child), mode)
    for module, mode in fresh.values():
        module.train(mode)
        if like is not None:
            module.to(like.device, like.dtype)
    for _, parent, name, child in every:
        parent._modules[name] = fresh[child][0]
