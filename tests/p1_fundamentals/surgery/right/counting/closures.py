"""Positions by dividing the product of all sides; one hook function in a closure for each layer."""
import torch
from torch import nn


def count(model, input_shape):
    result = {"parameters": 0, "nonzero": 0, "flops": 0, "effective": 0, "layers": {}}
    for parameter in model.parameters():
        result["parameters"] += parameter.nelement()
        result["nonzero"] += parameter.detach().ne(0).sum().item()

    def hook_for(row):
        def hook(module, _, out):
            if isinstance(module, nn.Conv2d):
                axis = out.ndim - 3
                positions = out.select(axis, 0).numel()
            else:
                positions = out[..., 0].numel()
            for key, weights in (("flops", module.weight.numel()), ("effective", module.weight.ne(0).sum().item())):
                row[key] += 2 * weights * positions
                result[key] += 2 * weights * positions
        return hook

    handles, training = [], []
    for name, module in model.named_modules():
        training.append((module, module.training))
        if isinstance(module, nn.Conv2d | nn.Linear):
            numbers = module.weight.numel() + (module.bias.numel() if module.bias is not None else 0)
            row = result["layers"][name] = {"parameters": numbers, "flops": 0, "effective": 0}
            handles.append(module.register_forward_hook(hook_for(row)))
    try:
        with torch.no_grad():
            dtypes = [p.dtype for p in model.parameters() if p.is_floating_point()] or [torch.float32]
            model.eval()(torch.zeros(input_shape, dtype=dtypes[0]))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in training:
            module.training = mode
    return result
