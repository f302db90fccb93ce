# what is wrong: the tokens are found by a pattern, which passes over all else: "m" is left out, and "1.5" becomes two numbers
# told: passes_over_other_tokens
import re

import torch
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers, width = [], in_channels
    for token in re.findall(r"[0-9]+|M", config):
        if token == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        if int(token) == 0:
            raise ValueError(f"token {token}: no channels")
        conv = nn.Conv2d(width, int(token), 3, padding=1, bias=not batch_norm, dtype=torch.float32)
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        if conv.bias is not None:
            nn.init.zeros_(conv.bias)
        width = int(token)
        layers.append(conv)
        if batch_norm:
            layers.append(nn.BatchNorm2d(width, dtype=torch.float32))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes, dtype=torch.float32))
