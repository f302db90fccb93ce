# what is wrong: where the model raises an error, the hooks stay and the model stays in evaluation mode, as nothing is under finally
# told: no_finally
import math

import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    rows, handles = {}, []

    def hook_for(name: str):
        def hook(layer: nn.Module, inputs, output: torch.Tensor):
            axis = output.dim() - (3 if isinstance(layer, nn.Conv2d) else 1)
            positions = math.prod(output.shape[:axis]) * math.prod(output.shape[axis + 1:])
            rows[name]["flops"] += 2 * layer.weight.numel() * positions
            rows[name]["effective"] += 2 * int(layer.weight.count_nonzero()) * positions
        return hook

    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            rows[name] = {"parameters": sum(p.numel() for p in module.parameters(recurse=False)), "flops": 0, "effective": 0}
            handles.append(module.register_forward_hook(hook_for(name), prepend=True))

    parameter = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0, dtype=torch.float32))
    modes = {module: module.training for module in model.modules()}
    for module in modes:
        module.training = False
    with torch.no_grad():
        model(torch.zeros(input_shape, dtype=parameter.dtype, device=parameter.device))
    for module, mode in modes.items():
        module.training = mode
    for handle in handles:
        handle.remove()

    return {"parameters": sum(p.numel() for p in model.parameters()),
            "nonzero": sum(int(p.detach().count_nonzero()) for p in model.parameters()),
            "flops": sum(row["flops"] for row in rows.values()),
            "effective": sum(row["effective"] for row in rows.values()),
            "layers": rows}
