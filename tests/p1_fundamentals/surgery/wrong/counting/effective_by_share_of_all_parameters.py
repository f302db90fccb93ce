# what is wrong: effective FLOPs are the FLOPs times the share of the layer's parameters that are not 0, in which the bias takes part
# told: share_of_all_parameters
import math

import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))}
    flops = dict.fromkeys(layers, 0)
    name_of = {layer: name for name, layer in layers.items()}

    def hook(layer, _, output):
        shape = tuple(output.shape)
        positions = shape[:-1] if isinstance(layer, nn.Linear) else (*shape[:-3], *shape[-2:])
        flops[name_of[layer]] += 2 * layer.weight.numel() * math.prod(positions)

    modules = list(model.modules())
    modes = [module.training for module in modules]
    handles = []
    parameters = list(model.parameters())
    floats = [p for p in parameters if p.is_floating_point()]
    try:
        for layer in layers.values():
            handles.append(layer.register_forward_hook(hook, prepend=True))
        for module in modules:
            module.training = False
        with torch.no_grad():
            if floats:
                model(torch.zeros(input_shape, dtype=floats[0].dtype, device=floats[0].device))
            else:
                model(torch.zeros(input_shape, dtype=torch.float32))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in zip(modules, modes):
            module.training = mode

    table = {}
    for name, layer in layers.items():
        own = list(layer.parameters(recurse=False))
        size = sum(p.numel() for p in own)
        nonzero = sum(int(p.detach().count_nonzero()) for p in own)
        table[name] = {"parameters": size, "flops": flops[name], "effective": flops[name] * nonzero // max(size, 1)}
    return {"parameters": sum(p.numel() for p in parameters),
            "nonzero": sum(int(p.detach().count_nonzero()) for p in parameters),
            "flops": sum(flops.values()),
            "effective": sum(row["effective"] for row in table.values()),
            "layers": table}
