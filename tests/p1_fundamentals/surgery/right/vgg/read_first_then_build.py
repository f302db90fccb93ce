# how: all tokens are read before the first layer is made, the layers follow from a list of widths and None for a pool
import math
import re

import torch
from torch import nn


def read(config: str) -> list[int | None]:
    found = []
    for token in config.split():
        if token == "M":
            found.append(None)
        elif re.fullmatch("0*[1-9][0-9]*", token):
            found.append(int(token))
        else:
            raise ValueError(f"{token!r} is neither M nor a whole number from 1")
    return found


def block(before: int, after: int, batch_norm: bool) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, kernel_size=3, padding=1, bias=not batch_norm, dtype=torch.float32)
    with torch.no_grad():
        conv.weight.normal_(0.0, math.sqrt(2 / (9 * before)))
        if conv.bias is not None:
            conv.bias.zero_()
    return [conv, nn.BatchNorm2d(after, dtype=torch.float32), nn.ReLU()] if batch_norm else [conv, nn.ReLU()]


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    widths = read(config)
    layers, channels = [], in_channels
    for width in widths:
        if width is None:
            layers.append(nn.MaxPool2d(2, stride=2))
        else:
            layers.extend(block(channels, width, batch_norm))
            channels = width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes, dtype=torch.float32)]
    return nn.Sequential(*layers, *head)
