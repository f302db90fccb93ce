# what is wrong: the hook sets a layer's FLOPs instead of adding to them, so of two calls only the second one counts
# told: last_call_only
import math

import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    rows, handles = {}, []
    names = {}
    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            names[module] = name
            rows[name] = {"parameters": sum(p.numel() for p in module.parameters(recurse=False)), "flops": 0, "effective": 0}

    def hook(module, args, out):
        channel_axis = out.ndim - (1 if isinstance(module, nn.Linear) else 3)
        positions = math.prod(n for axis, n in enumerate(out.shape) if axis != channel_axis)
        rows[names[module]]["flops"] = 2 * module.weight.numel() * positions
        rows[names[module]]["effective"] = 2 * int(module.weight.count_nonzero()) * positions

    first = next((p for p in model.parameters() if p.is_floating_point()), None)
    like = {"dtype": torch.float32} if first is None else {"dtype": first.dtype, "device": first.device}
    training = {module: module.training for module in model.modules()}
    try:
        for module in names:
            handles.append(module.register_forward_hook(hook, prepend=True))
        for module in training:
            module.training = False
        with torch.no_grad():
            model(torch.zeros(input_shape, **like))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in training.items():
            module.training = mode

    total = {"parameters": 0, "nonzero": 0}
    for p in model.parameters():
        total["parameters"] += p.numel()
        total["nonzero"] += int(p.detach().count_nonzero())
    total["flops"] = sum(row["flops"] for row in rows.values())
    total["effective"] = sum(row["effective"] for row in rows.values())
    total["layers"] = rows
    return total
