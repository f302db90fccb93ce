# what is wrong: the parameters are added up module by module, so a matrix that two layers share counts twice in the total
# told: counts_shared_ones_again
import math

import torch
from torch import nn


def own_parameters(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    modules = dict(model.named_modules())
    modes = {name: module.training for name, module in modules.items()}
    rows = {name: {"parameters": sum(p.numel() for p in own_parameters(module)), "flops": 0, "effective": 0}
            for name, module in modules.items() if isinstance(module, (nn.Conv2d, nn.Linear))}
    everything = [p for module in modules.values() for p in own_parameters(module)]

    def hook(name):
        def add(module, inputs, output):
            shape = list(output.shape)
            del shape[-1 if isinstance(module, nn.Linear) else -3]
            rows[name]["flops"] += 2 * math.prod(shape) * module.weight.numel()
            rows[name]["effective"] += 2 * math.prod(shape) * int(module.weight.count_nonzero())
        return add

    floating = [p for p in everything if p.is_floating_point()]
    dtype, device = (floating[0].dtype, floating[0].device) if floating else (torch.float32, None)
    handles = []
    try:
        for name in rows:
            handles.append(modules[name].register_forward_hook(hook(name), prepend=True))
        for module in modules.values():
            module.training = False
        with torch.no_grad():
            model(torch.zeros(input_shape, dtype=dtype, device=device))
    finally:
        for handle in handles:
            handle.remove()
        for name, module in modules.items():
            module.training = modes[name]

    return {"parameters": sum(p.numel() for p in everything),
            "nonzero": sum(int(p.detach().count_nonzero()) for p in everything),
            "flops": sum(row["flops"] for row in rows.values()),
            "effective": sum(row["effective"] for row in rows.values()),
            "layers": rows}
