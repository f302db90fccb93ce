# what is wrong: the variance is 2 / (9 C) with the channels that go out of the convolution instead of those that come in
# told: fan_out
import torch
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers = []
    channels = in_channels
    for token in config.split():
        if token == "M":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        if not (token.isascii() and token.isdigit()) or int(token) < 1:
            raise ValueError(f"unknown token {token!r}")
        width = int(token)
        conv = nn.Conv2d(channels, width, 3, padding=1, bias=not batch_norm, dtype=torch.float32)
        nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
        layers.append(conv)
        if batch_norm:
            layers.append(nn.BatchNorm2d(width, dtype=torch.float32))
        else:
            nn.init.zeros_(conv.bias)
        layers.append(nn.ReLU())
        channels = width
    layers.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes, dtype=torch.float32)])
    return nn.Sequential(*layers)
