# what is wrong: a row is made at a layer's first call, so a layer that is never called has none, and the order is that of the calls
# told: no_row_for_unused_layers
import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    names = {module: name for name, module in model.named_modules()}
    modes = {module: module.training for module in names}
    rows, handles = {}, []

    def hook(module, inputs, output):
        row = rows.setdefault(names[module], {
            "parameters": sum(p.numel() for p in module.parameters(recurse=False)), "flops": 0, "effective": 0})
        if isinstance(module, nn.Conv2d):
            positions = output.shape[:-3].numel() * output.shape[-2] * output.shape[-1]
        else:
            positions = output.shape[:-1].numel()
        row["flops"] += 2 * module.weight.numel() * positions
        row["effective"] += 2 * module.weight.count_nonzero().item() * positions

    first = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0, dtype=torch.float32))
    zeros = torch.zeros(input_shape, dtype=first.dtype, device=first.device)
    try:
        for module in names:
            module.training = False
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                handles.append(module.register_forward_hook(hook, prepend=True))
        with torch.no_grad():
            model(zeros)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode

    return {"parameters": sum(p.numel() for p in model.parameters()),
            "nonzero": sum(p.detach().count_nonzero().item() for p in model.parameters()),
            "flops": sum(row["flops"] for row in rows.values()),
            "effective": sum(row["effective"] for row in rows.values()),
            "layers": rows}
