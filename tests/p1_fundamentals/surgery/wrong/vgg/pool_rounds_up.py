# what is wrong: the max pool rounds odd sizes up, so the last row or column stays instead of being dropped
# told: ceil_mode
from functools import partial

import torch
from torch import nn

Pool = partial(nn.MaxPool2d, kernel_size=2, stride=2, ceil_mode=True)


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    def layers():
        width = in_channels
        for token in config.split():
            if token == "M":
                yield Pool()
            elif token.isascii() and token.isdigit() and int(token):
                conv = nn.Conv2d(width, width := int(token), 3, padding=1, bias=not batch_norm, dtype=torch.float32)
                nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
                yield conv
                if batch_norm:
                    yield nn.BatchNorm2d(width, dtype=torch.float32)
                else:
                    nn.init.zeros_(conv.bias)
                yield nn.ReLU()
            else:
                raise ValueError(f"what is {token!r}?")
        yield from (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes, dtype=torch.float32))

    return nn.Sequential(*layers())
