# named_modules with all duplicates; what is inside of a found one is struck off; setattr puts the new ones in.
import torch


def as_tuple(old):
    return tuple(old) if isinstance(old, (tuple, list)) else (old,)


def places(model, old):
    result = {}
    for path, module in model.named_modules(remove_duplicate=False):
        parts = path.split(".")
        above = {".".join(parts[:i]) for i in range(1, len(parts))}
        if path and module.__class__ in as_tuple(old) and not above & set(result):
            result[path] = module
    return result


def swap_activations(model, old, new):
    if model.__class__ in as_tuple(old):
        raise ValueError("the root has no parent")
    found = places(model, old)
    floats = [p for p in model.parameters() if p.dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)]
    replacement = {}
    for module in found.values():
        if id(module) in replacement:
            continue
        other = new(module)
        other.train(mode=module.training)
        if floats:
            other = other.to(device=floats[0].device, dtype=floats[0].dtype)
        replacement[id(module)] = other
    for path, module in found.items():
        *parents, last = path.split(".")
        owner = model
        for step in parents:
            owner = getattr(owner, step)
        setattr(owner, last, replacement[id(module)])
