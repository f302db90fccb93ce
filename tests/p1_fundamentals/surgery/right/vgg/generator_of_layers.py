# how: a generator yields one layer after the other, and He's weights come from kaiming_normal_
from collections.abc import Iterator

import torch
from torch import nn


def _layers(config: str, width: int, classes: int, batch_norm: bool) -> Iterator[nn.Module]:
    for token in config.split():
        if token == "M":
            yield nn.MaxPool2d(2)
            continue
        if not set(token) <= set("0123456789") or int(token) == 0:
            raise ValueError(f"the token {token} is neither an M nor a number of channels")
        convolution = nn.Conv2d(width, int(token), 3, padding=1, bias=not batch_norm, dtype=torch.float32)
        nn.init.kaiming_normal_(convolution.weight, mode="fan_in", nonlinearity="relu")
        if not batch_norm:
            nn.init.zeros_(convolution.bias)
        width = int(token)
        yield convolution
        if batch_norm:
            yield nn.BatchNorm2d(width, dtype=torch.float32)
        yield nn.ReLU()
    yield nn.AdaptiveAvgPool2d((1, 1))
    yield nn.Flatten()
    yield nn.Linear(width, classes, dtype=torch.float32)


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    return nn.Sequential(*_layers(config, in_channels, classes, batch_norm))
