"""shortcut_for tries the projection on a meta tensor; a context manager for the modes; the sum written first."""
import contextlib

import torch
from torch import nn

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class Residual(nn.Module):
    def __init__(self, stage, shortcut, activation):
        super().__init__()
        self.stage, self.shortcut, self.activation = stage, shortcut, activation

    def forward(self, x):
        branches = [self.stage(x.clone())]
        if self.shortcut is not None:
            branches.append(self.shortcut(x))
        return self.activation(sum(branches[1:], branches[0]))


def shortcut_for(before, after):
    if before == after:
        return nn.Identity()
    if len(before) != 4 or len(after) != 4:
        raise ValueError("only images can be projected")
    (n, c, h, w), (m, d, high, wide) = before, after
    step = ((h + high - 1) // high, (w + wide - 1) // wide)
    made = nn.Sequential(nn.Conv2d(c, d, (1, 1), step, bias=False), nn.BatchNorm2d(d))
    if (n, d, len(range(0, h, step[0])), len(range(0, w, step[1]))) != tuple(after):
        raise ValueError(f"{tuple(after)} is out of reach")
    return made


@contextlib.contextmanager
def evaluating(model):
    before = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            yield model.eval()
    finally:
        for module, mode in before.items():
            module.training = mode


def shapes_through(model, example):
    shapes, x = [], example.clone()
    with evaluating(model):
        for layer in model:
            shapes.append([tuple(x.shape)])
            x = layer(x)
            shapes[-1].append(tuple(x.shape))
    return dict(zip(model._modules, shapes))


def block_of(name, stage, shapes, example):
    if not isinstance(stage, nn.Sequential):
        raise ValueError(f"there is no stage {name}")
    try:
        shortcut = shortcut_for(*shapes)
    except ValueError as why:
        raise ValueError(f"stage {name}: {why}") from why
    last = list(stage)[-1:]
    ends = bool(last) and isinstance(last[0], ACTIVATIONS)
    block = Residual(stage[:-1] if ends else stage, shortcut.to(example), last[0] if ends else nn.Identity())
    old = set(stage.modules())
    for module in block.modules():
        if module not in old:
            module.training = stage.training
    return block


def add_skips(model, names, example):
    shapes = shapes_through(model, example)
    stages = dict(model._modules)
    blocks = [(name, block_of(name, stages.get(name), shapes.get(name), example)) for name in names]
    for name, block in blocks:
        model.add_module(name, block)


def remove_skips(model):
    count = 0
    for module in list(model.modules()):
        if isinstance(module, Residual):
            count += module.shortcut is not None
            del module.shortcut
            module.shortcut = None
    return count
