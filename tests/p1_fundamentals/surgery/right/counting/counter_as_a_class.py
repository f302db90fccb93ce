# how: a small class holds the rows and is the hook itself, parameters are gathered by identity in a dict
import torch
from torch import nn


class Counter:
    """Rows by layer; an instance is the forward hook of all layers at once."""

    def __init__(self, model: nn.Module):
        self.rows, self.row_of = {}, {}
        for name, module in model.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                own = {id(each): each.numel() for each in module._parameters.values() if each is not None}
                self.rows[name] = self.row_of[module] = {"parameters": sum(own.values()), "flops": 0, "effective": 0}

    def __call__(self, layer, inputs, output):
        sizes = list(output.shape)
        sizes.pop(-1 if isinstance(layer, nn.Linear) else len(sizes) - 3)
        positions = 1
        for size in sizes:
            positions *= size
        weight = layer.weight.detach()
        self.row_of[layer]["flops"] += 2 * positions * weight.numel()
        self.row_of[layer]["effective"] += 2 * positions * int((weight != 0).sum())

    def total(self, what: str) -> int:
        return sum(row[what] for row in self.rows.values())


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    parameters = list({id(each): each for each in model.parameters()}.values())
    dtype, device = torch.float32, None
    for each in parameters:
        if each.dtype.is_floating_point:
            dtype, device = each.dtype, each.device
            break

    counter, handles = Counter(model), []
    modes = [(module, module.training) for module in model.modules()]
    try:
        handles += [layer.register_forward_hook(counter, prepend=True) for layer in counter.row_of]
        for module, _ in modes:
            module.training = False
        with torch.no_grad():
            model(torch.zeros(tuple(input_shape), dtype=dtype, device=device))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode

    return {"parameters": sum(each.numel() for each in parameters),
            "nonzero": sum(int((each.detach() != 0).sum()) for each in parameters),
            "flops": counter.total("flops"), "effective": counter.total("effective"), "layers": counter.rows}
