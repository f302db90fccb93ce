# how: the hooks only note a pair (weights, weights that are not 0) and the positions of each call; the table is made afterwards
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

COUNTED = nn.Conv2d, nn.Linear


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    before = {module: module.training for module in model.modules()}
    try:
        for module in before:
            module.training = False
        yield
    finally:
        for module, mode in before.items():
            module.training = mode


@contextmanager
def noting(layers: list[nn.Module]) -> Iterator[dict]:
    calls, handles = defaultdict(list), []

    def note(layer, _, output: Tensor):
        one_channel = output.select(-1 if isinstance(layer, nn.Linear) else -3, 0) if layer.weight.shape[0] else None
        positions = 0 if one_channel is None else one_channel.numel()
        calls[layer].append((positions, layer.weight.numel(), int(torch.count_nonzero(layer.weight))))

    try:
        for layer in layers:
            handles.append(layer.register_forward_hook(note, prepend=True))
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def zeros_for(model: nn.Module, shape: tuple[int, ...]) -> Tensor:
    for parameter in model.parameters():
        if parameter.is_floating_point():
            return torch.zeros(shape, dtype=parameter.dtype, device=parameter.device)
    return torch.zeros(shape, dtype=torch.float32)


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    named = [(name, module) for name, module in model.named_modules() if isinstance(module, COUNTED)]
    with evaluating(model), noting([layer for _, layer in named]) as calls, torch.no_grad():
        model(zeros_for(model, input_shape))

    table = {}
    for name, layer in named:
        table[name] = {
            "parameters": sum(parameter.numel() for parameter in layer.parameters(recurse=False)),
            "flops": sum(2 * positions * weights for positions, weights, _ in calls[layer]),
            "effective": sum(2 * positions * nonzero for positions, _, nonzero in calls[layer]),
        }
    parameters = list(model.parameters())
    return {
        "parameters": sum(map(torch.numel, parameters)),
        "nonzero": sum(int(torch.count_nonzero(parameter.detach())) for parameter in parameters),
        "flops": sum(row["flops"] for row in table.values()),
        "effective": sum(row["effective"] for row in table.values()),
        "layers": table,
    }
