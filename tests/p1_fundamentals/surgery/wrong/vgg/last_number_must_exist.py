# what is wrong: the head takes its width from the last number of the string, and where there is no number it fails
# told: needs_a_number
import torch
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    tokens = config.split()
    for token in tokens:
        if token != "M" and not (token.isascii() and token.isdigit() and int(token) > 0):
            raise ValueError(f"{token} is neither M nor a number")
    widths = [int(token) for token in tokens if token != "M"]
    pairs = iter(zip([in_channels] + widths[:-1], widths))
    layers = []
    for token in tokens:
        if token == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            before, after = next(pairs)
            conv = nn.Conv2d(before, after, 3, padding=1, bias=not batch_norm, dtype=torch.float32)
            nn.init.normal_(conv.weight, 0, (2 / (9 * before)) ** 0.5)
            layers.append(conv)
            if batch_norm:
                layers.append(nn.BatchNorm2d(after, dtype=torch.float32))
            else:
                nn.init.zeros_(conv.bias)
            layers.append(nn.ReLU())
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], classes, dtype=torch.float32)]
    return nn.Sequential(*layers, *head)
