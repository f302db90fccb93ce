"""The formula from the layer's own arguments, a class for the hooks, ExitStack to tidy up."""
import contextlib
import math

import torch
import torch.nn as nn


class Counter:
    def __init__(self):
        self.flops = self.effective = 0

    def __call__(self, layer, inputs, output):
        if isinstance(layer, nn.Conv2d):
            per_pixel = layer.in_channels // layer.groups * math.prod(layer.kernel_size)
            pixels = math.prod(output.shape[-2:]) * (output.shape[0] if output.dim() == 4 else 1)
            self.flops += 2 * per_pixel * layer.out_channels * pixels
            self.effective += 2 * (layer.weight != 0).sum().item() * pixels
        else:
            rows = math.prod(inputs[0].shape[:-1])
            self.flops += 2 * rows * layer.in_features * layer.out_features
            self.effective += 2 * rows * (layer.weight != 0).sum().item()


def restore(module, training):
    module.training = training


def count(model, input_shape):
    counters, named = {}, {}
    with contextlib.ExitStack() as stack:
        for name, module in model.named_modules():
            stack.callback(restore, module, module.training)
            if isinstance(module, nn.Conv2d) or isinstance(module, nn.Linear):
                counters[name], named[name] = Counter(), module
                stack.callback(module.register_forward_hook(counters[name]).remove)
        dtype, device = torch.float32, None
        for p in model.parameters():
            if p.is_floating_point():
                dtype, device = p.dtype, p.device
                break
        model.eval()
        stack.enter_context(torch.inference_mode())
        model(torch.zeros(*input_shape, dtype=dtype, device=device))
    layers = {}
    for name, counter in counters.items():
        own = sum(each.numel() for each in named[name].parameters())
        layers[name] = {"parameters": own, "flops": counter.flops, "effective": counter.effective}
    total, nonzero = 0, 0
    for p in set(model.parameters()):
        total += p.numel()
        nonzero += torch.count_nonzero(p).item()
    return {"parameters": total, "nonzero": nonzero, "flops": sum(c.flops for c in counters.values()),
            "effective": sum(c.effective for c in counters.values()), "layers": layers}
