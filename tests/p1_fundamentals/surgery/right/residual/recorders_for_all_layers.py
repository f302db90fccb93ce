# how: for the probe the model gets another dict of layers, in which each is wrapped in a recorder; then it gets its own back
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class Residual(nn.Module):
    def __init__(self, stage: nn.Module, shortcut: nn.Module | None, activation: nn.Module):
        super().__init__()
        self.stage, self.shortcut, self.activation = stage, shortcut, activation

    def forward(self, x: Tensor) -> Tensor:
        if self.shortcut is None:
            summed = self.stage(x.clone()).clone()
        else:
            skipped = self.shortcut(x.clone())
            summed = skipped + self.stage(x.clone())
        return self.activation(summed)


def _stride(before: int, after: int) -> int:
    stride = (before + after - 1) // after
    if (before - 1) // stride + 1 != after:
        raise ValueError(f"no stride makes {after} pixels of {before}")
    return stride


def shortcut_for(before: tuple[int, ...], after: tuple[int, ...]) -> nn.Module:
    if list(before) == list(after):
        return nn.Identity()
    if len(before) != 4 or len(after) != 4:
        raise ValueError(f"no shortcut leads from {before} to {after}")
    if before[0] != after[0]:
        raise ValueError(f"the batch changes from {before[0]} to {after[0]}")
    stride = _stride(before[2], after[2]), _stride(before[3], after[3])
    return nn.Sequential(nn.Conv2d(before[1], after[1], kernel_size=1, stride=stride, padding=0, bias=False),
                         nn.BatchNorm2d(after[1]))


class Recorder(nn.Module):
    def __init__(self, layer: nn.Module, shapes: list):
        super().__init__()
        self.layer, self.shapes = layer, shapes

    def forward(self, x):
        self.shapes.append(x.shape)
        y = self.layer(x)
        self.shapes.append(y.shape)
        return y


@contextmanager
def evaluation(model: nn.Module) -> Iterator[None]:
    modules = list(model.modules())
    modes = [module.training for module in modules]
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        for module, mode in zip(modules, modes):
            module.training = mode


@contextmanager
def recorded(model: nn.Module) -> Iterator[dict[str, list]]:
    layers = model._modules
    shapes = {name: [] for name in layers}
    try:
        model._modules = OrderedDict((name, Recorder(layer, shapes[name])) for name, layer in layers.items())
        yield shapes
    finally:
        model._modules = layers


def make_block(stage: nn.Sequential, before: tuple, after: tuple, example: Tensor) -> Residual:
    shortcut = shortcut_for(before, after)
    if example.is_floating_point():
        shortcut = shortcut.to(dtype=example.dtype, device=example.device)
    *others, last = list(stage._modules.items()) or [(None, None)]
    if isinstance(last[1], ACTIVATIONS):
        new = [inner := nn.Sequential()]
        for name, layer in others:
            inner.add_module(name, layer)
        block = Residual(inner, shortcut, last[1])
    else:
        new = [identity := nn.Identity()]
        block = Residual(stage, shortcut, identity)
    for module in [block, *shortcut.modules(), *new]:
        module.training = stage.training
    return block


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    layers, blocks = model._modules, {}
    names = tuple(names)
    for name in names:
        if not isinstance(layers.get(name), nn.Sequential):
            raise ValueError(f"there is no nn.Sequential of the name {name}")
    with evaluation(model), recorded(model) as shapes, torch.no_grad():
        model(example.detach().clone())
    for name in names:
        try:
            blocks[name] = make_block(layers[name], *shapes[name], example)
        except ValueError as error:
            raise ValueError(f"{name}: {error}")
    layers.update(blocks)


def remove_skips(model: nn.Module) -> int:
    seen = set()

    def walk(module: nn.Module) -> int:
        if module is None or module in seen:
            return 0
        seen.add(module)
        found = sum(walk(child) for child in list(module._modules.values()))
        if isinstance(module, Residual) and module.shortcut is not None:
            module.shortcut = None
            found += 1
        return found

    return walk(model)
