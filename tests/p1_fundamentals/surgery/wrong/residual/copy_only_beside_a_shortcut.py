# what is wrong: x is copied only where there is a shortcut to protect, so without one a relu in place at the front still changes x
# told: copies_beside_a_shortcut_only
from collections import OrderedDict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class Residual(nn.Module):
    def __init__(self, stage: nn.Module, shortcut: nn.Module | None, activation: nn.Module):
        super().__init__()
        self.stage, self.shortcut, self.activation = stage, shortcut, activation

    def forward(self, x: Tensor) -> Tensor:
        if self.shortcut is None:
            return self.activation(self.stage(x))
        skip = self.shortcut(x.clone())
        return self.activation(self.stage(x.clone()) + skip)


def shortcut_for(before: tuple[int, ...], after: tuple[int, ...]) -> nn.Module:
    before, after = tuple(before), tuple(after)
    if before == after:
        return nn.Identity()
    if len(before) != 4 or len(after) != 4 or before[0] != after[0]:
        raise ValueError(f"no convolution of 1 x 1 makes {after} of {before}")
    strides = tuple(-(-n // m) for n, m in zip(before[2:], after[2:]))
    if tuple(-(-n // s) for n, s in zip(before[2:], strides)) != after[2:]:
        raise ValueError(f"no stride leads from {before} to {after}")
    return nn.Sequential(nn.Conv2d(before[1], after[1], 1, stride=strides, bias=False), nn.BatchNorm2d(after[1]))


class Probe(nn.Module):
    def __init__(self, stage: nn.Module):
        super().__init__()
        self.stage = stage

    def forward(self, x):
        self.before = tuple(x.shape)
        y = self.stage(x)
        self.after = tuple(y.shape)
        return y


def probe(model: nn.Sequential, stages: dict[str, nn.Module], example: Tensor) -> dict[str, Probe]:
    probes = {name: Probe(stage) for name, stage in stages.items()}
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.training = False
        model._modules.update(probes)
        with torch.no_grad():
            model(example.detach().clone())
    finally:
        model._modules.update(stages)
        for module, mode in modes:
            module.training = mode
    return probes


def make_block(name: str, probed: Probe, example: Tensor) -> Residual:
    stage = probed.stage
    try:
        shortcut = shortcut_for(probed.before, probed.after)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if example.is_floating_point():
        shortcut.to(example.device, example.dtype)
    layers = list(stage._modules.items())
    if layers and isinstance(layers[-1][1], ACTIVATIONS):
        inner, activation = nn.Sequential(OrderedDict(layers[:-1])), layers[-1][1]
        new = inner
    else:
        inner, activation = stage, nn.Identity()
        new = activation
    block = Residual(inner, shortcut, activation)
    for module in (block, new, *shortcut.modules()):
        module.training = stage.training
    return block


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    stages = {}
    for name in names:
        if not isinstance(model._modules.get(name), nn.Sequential):
            raise ValueError(f"{name} is no nn.Sequential in the model")
        stages[name] = model._modules[name]
    probes = probe(model, stages, example)
    blocks = {name: make_block(name, probed, example) for name, probed in probes.items()}
    model._modules.update(blocks)


def remove_skips(model: nn.Module) -> int:
    blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]
    for block in blocks:
        block.shortcut = None
    return len(blocks)
