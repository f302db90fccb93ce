# what is wrong: the dtype of the model is read after the new modules were put in, so a new one with parameters that stands first is asked for its own dtype
# told: reads_the_dtype_after_the_swap
def _match(module, old):
    return type(module) in (old if isinstance(old, tuple) else (old,))


def _slots(parent, old, prefix=""):
    slots = []
    for name, child in parent._modules.items():
        if child is None:
            continue
        if _match(child, old):
            slots.append((prefix + name, parent, name, child))
        else:
            slots.extend(_slots(child, old, prefix + name + "."))
    return slots


def places(model, old):
    return {slot[0]: slot[3] for slot in _slots(model, old)}


def swap_activations(model, old, new):
    if _match(model, old):
        raise ValueError(f"{type(model).__name__} is the root")
    slots = _slots(model, old)
    modes = {}
    fresh = {}
    for _, _, _, module in slots:
        if module not in fresh:
            modes[module] = module.training
            fresh[module] = new(module)
    for _, parent, name, module in slots:
        parent._modules[name] = fresh[module]
    first = next((p for p in model.parameters() if p.is_floating_point()), None)
    for module, replacement in fresh.items():
        replacement.train(modes[module])
        if first is not None:
            replacement.to(first.device, first.dtype)
