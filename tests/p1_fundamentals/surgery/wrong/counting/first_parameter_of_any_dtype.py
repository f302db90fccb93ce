# what is wrong: the input gets the dtype of the first parameter whatever that is, also where it is one of integers
# told: any_first_parameter
import math

import torch
from torch import Tensor, nn


def dummy_input(model: nn.Module, shape: tuple[int, ...]) -> Tensor:
    try:
        reference = next(model.parameters())
    except StopIteration:
        return torch.zeros(shape, dtype=torch.float32)
    return torch.zeros(shape, dtype=reference.dtype, device=reference.device)


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    result = {"parameters": 0, "nonzero": 0, "flops": 0, "effective": 0, "layers": {}}
    for parameter in model.parameters():
        result["parameters"] += parameter.numel()
        result["nonzero"] += int(parameter.detach().count_nonzero())

    def register(name, layer):
        row = {"parameters": sum(p.numel() for p in layer.parameters(recurse=False)), "flops": 0, "effective": 0}
        result["layers"][name] = row

        def hook(_layer, _inputs, output):
            sizes = list(output.shape)
            sizes.pop(-3 if isinstance(layer, nn.Conv2d) else -1)
            for key, weights in (("flops", layer.weight.numel()), ("effective", int(layer.weight.count_nonzero()))):
                row[key] += 2 * weights * math.prod(sizes)
                result[key] += 2 * weights * math.prod(sizes)

        return layer.register_forward_hook(hook, prepend=True)

    modes = [(module, module.training) for module in model.modules()]
    handles = []
    try:
        for name, layer in model.named_modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                handles.append(register(name, layer))
        for module, _ in modes:
            module.training = False
        with torch.no_grad():
            model(dummy_input(model, input_shape))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
    return result
