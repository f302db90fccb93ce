# how: a probe of one layer stands in each named place during the call, and the blocks come from a dict made before any cut
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
        parts = [part(x.clone()) for part in (self.stage, self.shortcut) if part is not None]
        # A sum of one part is a copy, so that an activation in place does not write into what the stage keeps.
        total = parts[0] + parts[1] if len(parts) == 2 else parts[0].clone()
        return self.activation(total)


def shortcut_for(before: tuple[int, ...], after: tuple[int, ...]) -> nn.Module:
    if tuple(before) == tuple(after):
        return nn.Identity()
    fits = len(before) == 4 and len(after) == 4 and before[0] == after[0]
    strides = []
    if fits:
        for axis in (2, 3):
            step = before[axis] // after[axis] + (before[axis] % after[axis] > 0)
            fits = fits and len(range(0, before[axis], step)) == after[axis]
            strides.append(step)
    if not fits:
        raise ValueError(f"no convolution of 1 x 1 makes {tuple(after)} of {tuple(before)}")
    conv = nn.Conv2d(before[1], after[1], (1, 1), stride=(strides[0], strides[1]), bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after[1]))


class _Noting(nn.Sequential):
    def forward(self, x):
        self.came_in = tuple(x.shape)
        x = super().forward(x)
        self.went_out = tuple(x.shape)
        return x


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    stages = {}
    for name in names:
        if name not in model._modules:
            raise ValueError(f"no layer is called {name}")
        stages[name] = model._modules[name]
        if not isinstance(stages[name], nn.Sequential):
            raise ValueError(f"layer {name} is a {type(stages[name]).__name__}")

    was = [(module, module.training) for module in model.modules()]
    noting = {name: _Noting(stage) for name, stage in stages.items()}
    try:
        for module, _ in was:
            module.training = False
        for name in stages:
            model._modules[name] = noting[name]
        with torch.no_grad():
            model(example.clone().detach())
    finally:
        for name, stage in stages.items():
            model._modules[name] = stage
        for module, mode in was:
            module.training = mode

    for name, stage in stages.items():
        came_in, went_out = noting[name].came_in, noting[name].went_out
        try:
            shortcut = shortcut_for(came_in, went_out)
        except ValueError as error:
            raise ValueError(f"in {name}: {error}") from None
        if any(True for _ in shortcut.parameters()):
            shortcut.to(example.device, example.dtype)
        layers = OrderedDict(stage._modules)
        if layers and isinstance(next(reversed(layers.values())), ACTIVATIONS):
            _, activation = layers.popitem()
            inner = nn.Sequential(layers)
            new = [inner]
        else:
            inner, activation = stage, nn.Identity()
            new = [activation]
        noting[name] = Residual(inner, shortcut, activation)
        for module in [noting[name], *new, *shortcut.modules()]:
            module.training = stage.training

    for name, block in noting.items():
        model._modules[name] = block


def remove_skips(model: nn.Module) -> int:
    count = 0
    for module in [*model.modules()]:
        if isinstance(module, Residual):
            count += module.shortcut is not None
            module.shortcut = None
    return count
