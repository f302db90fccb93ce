# what is wrong: all networks share one relu and one pool, as these have no weights; each call should make new layers
# told: one_relu_for_all
import torch
from torch import nn

RELU = nn.ReLU()
POOL = nn.MaxPool2d(2)


def convolution(before: int, after: int, batch_norm: bool) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, 3, padding=1, bias=not batch_norm, dtype=torch.float32)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    if batch_norm:
        return [conv, nn.BatchNorm2d(after, dtype=torch.float32), RELU]
    nn.init.zeros_(conv.bias)
    return [conv, RELU]


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers, width = [], in_channels
    for token in config.split():
        if token == "M":
            layers.append(POOL)
        elif token.isascii() and token.isdigit() and int(token) > 0:
            layers.extend(convolution(width, int(token), batch_norm))
            width = int(token)
        else:
            raise ValueError(f"unknown token: {token!r}")
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes, dtype=torch.float32))
