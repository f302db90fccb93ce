# what is wrong: axis 1 of the output is taken for its channels, which is wrong for a linear layer over (batch, words, features)
# told: channels_at_axis_one
import torch
from torch import nn


class _Costs:
    def __init__(self, layer):
        self.parameters = sum(p.numel() for p in layer.parameters(recurse=False))
        self.flops = self.effective = 0

    def hook(self, layer, inputs, output):
        shape = output.shape
        if len(shape) > 1:
            positions = shape[:1].numel() * shape[2:].numel()
        else:
            positions = 1
        self.flops += 2 * layer.weight.numel() * positions
        self.effective += 2 * int((layer.weight != 0).sum()) * positions

    def row(self):
        return {"parameters": self.parameters, "flops": self.flops, "effective": self.effective}


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    costs, handles = {}, []
    modes = [(module, module.training) for module in model.modules()]
    dtype, device = torch.float32, None
    for p in model.parameters():
        if p.is_floating_point():
            dtype, device = p.dtype, p.device
            break
    try:
        for name, module in model.named_modules():
            module.training = False
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                costs[name] = _Costs(module)
                handles.append(module.register_forward_hook(costs[name].hook, prepend=True))
        with torch.no_grad():
            model(torch.zeros(input_shape, dtype=dtype, device=device))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "nonzero": sum(int((p.detach() != 0).sum()) for p in model.parameters()),
        "flops": sum(c.flops for c in costs.values()),
        "effective": sum(c.effective for c in costs.values()),
        "layers": {name: c.row() for name, c in costs.items()},
    }
