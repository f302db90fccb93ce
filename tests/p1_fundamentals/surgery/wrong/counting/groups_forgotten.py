# what is wrong: a convolution is counted from its settings, in_channels times kernel for each output number, without its groups
# told: ignores_groups
import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    layers = {name: m for name, m in model.named_modules() if isinstance(m, (nn.Conv2d, nn.Linear))}
    table = {name: {"parameters": sum(p.numel() for p in m.parameters(recurse=False)), "flops": 0, "effective": 0}
             for name, m in layers.items()}
    handles = []

    def hook_for(row):
        def hook(module, inputs, output):
            if isinstance(module, nn.Conv2d):
                height, width = module.kernel_size
                flops = 2 * output.numel() * module.in_channels * height * width
            else:
                flops = 2 * output.numel() * module.in_features
            row["flops"] += flops
            row["effective"] += flops * int(module.weight.count_nonzero()) // module.weight.numel()
        return hook

    modes = {m: m.training for m in model.modules()}
    parameter = next((p for p in model.parameters() if p.is_floating_point()), torch.zeros(0, dtype=torch.float32))
    try:
        for name, m in layers.items():
            handles.append(m.register_forward_hook(hook_for(table[name]), prepend=True))
        for m in modes:
            m.training = False
        with torch.no_grad():
            model(torch.zeros(input_shape, dtype=parameter.dtype, device=parameter.device))
    finally:
        for handle in handles:
            handle.remove()
        for m, mode in modes.items():
            m.training = mode
    parameters = list(model.parameters())
    return {"parameters": sum(p.numel() for p in parameters),
            "nonzero": sum(int(p.detach().count_nonzero()) for p in parameters),
            "flops": sum(row["flops"] for row in table.values()),
            "effective": sum(row["effective"] for row in table.values()),
            "layers": table}
