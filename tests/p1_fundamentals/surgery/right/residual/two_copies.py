"""Both ways get a copy; add_skips in two passes over the pairs of the Sequential."""
import torch
from torch import nn

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class Residual(nn.Module):
    def __init__(self, stage, shortcut, activation):
        super().__init__()
        self.stage, self.shortcut, self.activation = stage, shortcut, activation

    def forward(self, x):
        total = 0 if self.shortcut is None else self.shortcut(x.clone())
        return self.activation(total + self.stage(x.clone()))


def shortcut_for(before, after):
    same = tuple(before) == tuple(after)
    if same:
        return nn.Identity()
    try:
        batch, channels, *size = before
        batch_after, channels_after, *size_after = after
        if batch != batch_after or len(size) != 2 or len(size_after) != 2:
            raise ValueError
        stride = tuple(1 + (a - 1) // b for a, b in zip(size, size_after))
        if [1 + (a - 1) // s for a, s in zip(size, stride)] != size_after:
            raise ValueError
    except ValueError:
        raise ValueError(f"no 1 x 1 convolution goes from {before} to {after}") from None
    return nn.Sequential(nn.Conv2d(channels, channels_after, 1, stride, 0, bias=False), nn.BatchNorm2d(channels_after))


def add_skips(model, names, example):
    names = list(names)
    modes = [m.training for m in model.modules()]
    try:
        with torch.no_grad():
            model.eval()
            activations = [example.clone()]
            shapes = [tuple(example.shape)]
            for layer in model:
                activations.append(layer(activations[-1]))
                shapes.append(tuple(activations[-1].shape))
    finally:
        for m, mode in zip(model.modules(), modes):
            m.training = mode
    keys = list(model._modules)
    new = {}
    for name in names:
        if name not in keys:
            raise ValueError(f"unknown layer {name!r}")
        stage, place = model._modules[name], keys.index(name)
        if not isinstance(stage, nn.Sequential):
            raise ValueError(f"{name!r} is a {type(stage).__name__}")
        try:
            skip = shortcut_for(shapes[place], shapes[place + 1]).to(example.dtype).to(example.device)
        except ValueError as e:
            raise ValueError(f"{name!r}: {e}")
        fresh = [*skip.modules()]
        if len(stage) and isinstance(stage[-1], ACTIVATIONS):
            parts = [stage[:-1], skip, stage[-1]]
            fresh.append(parts[0])
        else:
            parts = [stage, skip, nn.Identity()]
            fresh.append(parts[2])
        new[name] = Residual(*parts)
        for m in fresh + [new[name]]:
            m.training = stage.training
    model._modules.update(new)


def remove_skips(model):
    with_skip = [m for m in model.modules() if type(m) is Residual and m.shortcut]
    for m in with_skip:
        setattr(m, "shortcut", None)
    return len(with_skip)
