# what is wrong: the layers have PyTorch's default dtype, so after torch.set_default_dtype(torch.float64) they are not float32
import math

from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers, width = [], in_channels
    for token in config.split():
        if token == "M":
            layers.append(nn.MaxPool2d(2, stride=2))
        elif token.isascii() and token.isdigit() and int(token) > 0:
            conv = nn.Conv2d(width, int(token), 3, padding=1, bias=not batch_norm)
            nn.init.normal_(conv.weight, std=math.sqrt(2 / (9 * width)))
            if not batch_norm:
                nn.init.zeros_(conv.bias)
            width = int(token)
            layers += [conv, *([nn.BatchNorm2d(width)] if batch_norm else []), nn.ReLU()]
        else:
            raise ValueError(f"{token!r} is neither an M nor a whole number from 1")
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes)]
    return nn.Sequential(*layers)
