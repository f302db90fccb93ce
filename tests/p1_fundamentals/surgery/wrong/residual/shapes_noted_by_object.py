# what is wrong: hooks note the shapes for each stage object, and where one stands in two places the last call's shapes count for both
# told: shapes_of_the_module
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
            raise ValueError(f"there is no nn.Sequential called {name}")

    shapes, handles = {}, []
    modes = {module: module.training for module in model.modules()}

    def before_call(module, args):
        shapes[module] = [tuple(args[0].shape)]

    def after_call(module, args, output):
        shapes[module].append(tuple(output.shape))

    try:
        for stage in {model._modules[name] for name in names}:
            handles.append(stage.register_forward_pre_hook(before_call))
            handles.append(stage.register_forward_hook(after_call))
        for module in modes:
            module.training = False
        with torch.no_grad():
            model(example.detach().clone())
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode

    blocks = {}
    for name in names:
        stage = model._modules[name]
        try:
            shortcut = shortcut_for(*shapes[stage])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        if example.is_floating_point():
            shortcut.to(example.device, example.dtype)
        layers = list(stage._modules.items())
        if layers and isinstance(layers[-1][1], ACTIVATIONS):
            inner = new = nn.Sequential(OrderedDict(layers[:-1]))
            activation = layers[-1][1]
        else:
            inner, activation = stage, nn.Identity()
            new = activation
        blocks[name] = Residual(inner, shortcut, activation)
        for module in (blocks[name], new, *shortcut.modules()):
            module.training = stage.training
    model._modules.update(blocks)


def remove_skips(model: nn.Module) -> int:
    blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]
    for block in blocks:
        block.shortcut = None
    return len(blocks)
