# what is wrong: whatever int() can read counts as a number, so "+8" and "1_6" pass although they are not written in digits
# told: int_decides
import math

import torch
from torch import nn


def read(token: str) -> int:
    try:
        number = int(token)
    except ValueError:
        raise ValueError(f"neither an M nor a number: {token}") from None
    if number < 1:
        raise ValueError(f"a convolution needs at least one channel: {token}")
    return number


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers: list[nn.Module] = []
    for token in config.split():
        if token == "M":
            layers += [nn.MaxPool2d(2)]
            continue
        out_channels = read(token)
        conv = nn.Conv2d(in_channels, out_channels, 3, 1, 1, bias=not batch_norm, dtype=torch.float32)
        with torch.no_grad():
            conv.weight.normal_(0, math.sqrt(2 / (9 * in_channels)))
            if not batch_norm:
                conv.bias.zero_()
        layers += [conv, nn.BatchNorm2d(out_channels, dtype=torch.float32), nn.ReLU()] if batch_norm else [conv, nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(in_channels, classes, dtype=torch.float32))
