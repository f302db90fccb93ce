# what is wrong: at the end all forward hooks of the layers are cleared, those that somebody else has registered too
# told: clears_all_hooks
import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    layers = [(name, m) for name, m in model.named_modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    rows = {m: {"parameters": sum(p.numel() for p in m.parameters(recurse=False)), "flops": 0, "effective": 0} for _, m in layers}

    def hook(m, x, y):
        axis = -1 if isinstance(m, nn.Linear) else -3
        positions = torch.Size(n for i, n in enumerate(y.shape) if i != axis + y.ndim).numel()
        rows[m]["flops"] += 2 * positions * m.weight.numel()
        rows[m]["effective"] += 2 * positions * int(m.weight.count_nonzero())

    modes = {m: m.training for m in model.modules()}
    p = next((p for p in model.parameters() if p.is_floating_point()), torch.zeros((), dtype=torch.float32))
    try:
        for _, m in layers:
            m.register_forward_hook(hook, prepend=True)
        for m in modes:
            m.training = False
        with torch.no_grad():
            model(torch.zeros(input_shape, dtype=p.dtype, device=p.device))
    finally:
        for _, m in layers:
            m._forward_hooks.clear()
        for m, mode in modes.items():
            m.training = mode

    ps = list(model.parameters())
    return dict(
        parameters=sum(p.numel() for p in ps),
        nonzero=sum(int(p.detach().count_nonzero()) for p in ps),
        flops=sum(r["flops"] for r in rows.values()),
        effective=sum(r["effective"] for r in rows.values()),
        layers={name: rows[m] for name, m in layers},
    )
