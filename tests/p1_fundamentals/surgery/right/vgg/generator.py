"""A generator function of layers, and the weights drawn in a second pass over the modules."""
import math

import torch
from torch import nn


def layers_of(tokens, channels, classes, batch_norm):
    for token in tokens:
        if token == "M":
            yield nn.MaxPool2d(2, 2)
            continue
        if set(token) - set("0123456789"):
            raise ValueError(f"cannot read {token} in the configuration")
        width = int(token)
        if width < 1:
            raise ValueError(f"{token} channels are not possible")
        yield nn.Conv2d(channels, width, (3, 3), padding="same", bias=not batch_norm)
        if batch_norm:
            yield nn.BatchNorm2d(width)
        yield nn.ReLU()
        channels = width
    yield from (nn.AdaptiveAvgPool2d(output_size=1), nn.Flatten(), nn.Linear(channels, classes))


def vgg(config, *, in_channels=3, classes=10, batch_norm=False):
    model = nn.Sequential(*layers_of(config.split(), in_channels, classes, batch_norm))
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.Conv2d):
                m.weight.copy_(torch.randn(m.weight.shape) * math.sqrt(2 / m.weight[0].numel()))
                if m.bias is not None:
                    m.bias.fill_(0)
    return model
