# how: an ExitStack puts back modes and hooks, and each layer has a hook of its own with its row in a closure
from contextlib import ExitStack

import torch
from torch import nn


def _hook(row: dict):
    def add(layer, inputs, output):
        axis = -1 if isinstance(layer, nn.Linear) else -3
        shape = list(output.shape)
        del shape[axis]
        positions = torch.Size(shape).numel()
        row["flops"] += 2 * layer.weight.numel() * positions
        row["effective"] += 2 * torch.count_nonzero(layer.weight).item() * positions
    return add


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    layers = {}
    with ExitStack() as stack:
        for name, module in model.named_modules():
            stack.callback(setattr, module, "training", module.training)
            module.training = False
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                own = sum(parameter.numel() for parameter in module.parameters(recurse=False))
                layers[name] = {"parameters": own, "flops": 0, "effective": 0}
                stack.callback(module.register_forward_hook(_hook(layers[name]), prepend=True).remove)
        dtype, device = next(((p.dtype, p.device) for p in model.parameters() if p.is_floating_point()), (torch.float32, None))
        with torch.no_grad():
            model(torch.zeros(input_shape, dtype=dtype, device=device))
            nonzero = sum((p != 0).sum().item() for p in model.parameters())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "nonzero": nonzero,
        "flops": sum(layer["flops"] for layer in layers.values()),
        "effective": sum(layer["effective"] for layer in layers.values()),
        "layers": layers,
    }
