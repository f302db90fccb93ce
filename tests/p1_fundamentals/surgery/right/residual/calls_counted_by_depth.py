# how: hooks on the layers note each call that comes from the model itself, and the k-th of these is the k-th name
import math
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
        y = self.stage(torch.clone(x))
        y = torch.clone(y) if self.shortcut is None else torch.add(y, self.shortcut(torch.clone(x)))
        return self.activation(y)


def shortcut_for(before: tuple[int, ...], after: tuple[int, ...]) -> nn.Module:
    if tuple(before) == tuple(after):
        return nn.Identity()
    if not len(before) == len(after) == 4:
        raise ValueError("a projection takes shapes of four axes")
    (batch, channels, *size), (batch_after, channels_after, *size_after) = before, after
    if batch != batch_after:
        raise ValueError("the batch changes")
    stride = [math.ceil(one / other) for one, other in zip(size, size_after)]
    if [math.ceil(one / step) for one, step in zip(size, stride)] != size_after:
        raise ValueError(f"no stride makes images of {size_after} of those of {size}")
    return nn.Sequential(nn.Conv2d(channels, channels_after, 1, stride=tuple(stride), bias=False), nn.BatchNorm2d(channels_after))


def _shapes(model: nn.Sequential, example: Tensor) -> dict[str, list[tuple]]:
    """{name: [shape that comes in, shape that goes out]} for each layer of `model`."""
    depth, found = 0, []

    def enter(module, inputs):
        nonlocal depth
        if depth == 0:
            found.append([tuple(inputs[0].shape), None])
        depth += 1

    def leave(module, inputs, output):
        nonlocal depth
        depth -= 1
        if depth == 0:
            found[-1][1] = tuple(output.shape)

    modes = {module: module.training for module in model.modules()}
    handles = []
    try:
        for layer in model.children():      # each object once, also where it stands in several places
            handles += [layer.register_forward_pre_hook(enter), layer.register_forward_hook(leave)]
        for module in modes:
            module.training = False
        with torch.no_grad():
            model(example.detach().clone())
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode
    return dict(zip(model._modules, found))


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    names = list(names)
    for name in names:
        if name not in model._modules:
            raise ValueError(f"the model has no layer {name}")
        if not isinstance(model._modules[name], nn.Sequential):
            raise ValueError(f"layer {name} is no nn.Sequential")
    shapes = _shapes(model, example)

    blocks = []
    for name in names:
        stage = model._modules[name]
        try:
            shortcut = shortcut_for(*shapes[name])
        except ValueError as error:
            raise ValueError(f"stage {name}: {error}") from error
        if example.dtype.is_floating_point:
            shortcut.to(example)
        inner, activation = stage, nn.Identity()
        new = [*shortcut.modules()]
        if len(stage) > 0 and isinstance(stage[-1], ACTIVATIONS):
            activation = stage[-1]
            inner = nn.Sequential(OrderedDict(list(stage._modules.items())[:-1]))
            new.append(inner)
        else:
            new.append(activation)
        block = Residual(inner, shortcut, activation)
        for module in (block, *new):
            module.training = stage.training
        blocks.append(block)
    for name, block in zip(names, blocks):
        setattr(model, name, block)


def remove_skips(model: nn.Module) -> int:
    blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]
    for block in blocks:
        block.shortcut = None
    return len(blocks)
