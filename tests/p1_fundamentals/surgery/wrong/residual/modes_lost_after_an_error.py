# what is wrong: the modes are put back only after a call that succeeds; where the model raises an error it stays in evaluation mode
# told: no_finally
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
        out = self.stage(x.clone())
        if self.shortcut is None:
            return self.activation(out.clone())
        return self.activation(out + self.shortcut(x.clone()))


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


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    names = list(names)
    for name in names:
        if not isinstance(model._modules.get(name), nn.Sequential):
            raise ValueError(f"{name}: no such stage")

    training = {module: module.training for module in model.modules()}
    model.eval()
    shapes = {}

    class Watch(nn.Module):
        def __init__(self, name, inner):
            super().__init__()
            self.name, self.inner = name, inner

        def forward(self, x):
            before = tuple(x.shape)
            y = self.inner(x)
            shapes[self.name] = before, tuple(y.shape)
            return y

    stages = {name: model._modules[name] for name in names}
    try:
        model._modules.update({name: Watch(name, stage) for name, stage in stages.items()})
        with torch.no_grad():
            model(example.detach().clone())
    finally:
        model._modules.update(stages)
    for module, mode in training.items():
        module.training = mode

    blocks = {}
    for name, stage in stages.items():
        try:
            shortcut = shortcut_for(*shapes[name])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        if example.is_floating_point():
            shortcut.to(example.device, example.dtype)
        inner, activation = stage, nn.Identity()
        new = [activation]
        if len(stage) and isinstance(stage[-1], ACTIVATIONS):
            activation = stage[-1]
            inner = nn.Sequential(OrderedDict(list(stage._modules.items())[:-1]))
            new = [inner]
        block = Residual(inner, shortcut, activation)
        for module in [block, *new, *shortcut.modules()]:
            module.training = stage.training
        blocks[name] = block
    model._modules.update(blocks)


def remove_skips(model: nn.Module) -> int:
    blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]
    for block in blocks:
        block.shortcut = None
    return len(blocks)
