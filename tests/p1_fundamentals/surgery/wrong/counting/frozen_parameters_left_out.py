# what is wrong: only parameters that require a gradient are counted, so a frozen layer has none
# told: leaves_out_frozen_ones
import torch
from torch import nn


def count_trainable(module: nn.Module, recurse: bool = True) -> int:
    return sum(p.numel() for p in module.parameters(recurse) if p.requires_grad)


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    stats = {}
    hooks = []
    previous_modes = [(m, m.training) for m in model.modules()]

    def make_hook(entry):
        def forward_hook(m, _inputs, output):
            if isinstance(m, nn.Linear):
                positions = output.shape[:-1].numel()
            else:
                positions = output.shape[:-3].numel() * output.shape[-2:].numel()
            entry["flops"] += 2 * m.weight.numel() * positions
            entry["effective"] += 2 * int(torch.count_nonzero(m.weight)) * positions
        return forward_hook

    p = next((p for p in model.parameters() if p.is_floating_point()), None)
    try:
        for name, m in model.named_modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                stats[name] = {"parameters": count_trainable(m, recurse=False), "flops": 0, "effective": 0}
                hooks.append(m.register_forward_hook(make_hook(stats[name]), prepend=True))
        for m, _ in previous_modes:
            m.training = False
        with torch.no_grad():
            x = torch.zeros(input_shape, dtype=torch.float32) if p is None else torch.zeros(input_shape, dtype=p.dtype, device=p.device)
            model(x)
    finally:
        for hook in hooks:
            hook.remove()
        for m, mode in previous_modes:
            m.training = mode

    return {
        "parameters": count_trainable(model),
        "nonzero": sum(int(torch.count_nonzero(p.detach())) for p in model.parameters() if p.requires_grad),
        "flops": sum(entry["flops"] for entry in stats.values()),
        "effective": sum(entry["effective"] for entry in stats.values()),
        "layers": stats,
    }
