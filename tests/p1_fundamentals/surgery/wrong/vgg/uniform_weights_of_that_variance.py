# what is wrong: the weights have the right variance but are uniform, not normal
# told: uniform_weights
import torch
from torch import nn
from torch.nn import init


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    modules, c = [], in_channels
    for t in config.split():
        if t == "M":
            modules.append(nn.MaxPool2d(kernel_size=2, stride=2))
        elif t.isascii() and t.isdigit() and int(t) != 0:
            n = int(t)
            conv = nn.Conv2d(c, n, kernel_size=3, padding=1, bias=not batch_norm, dtype=torch.float32)
            init.kaiming_uniform_(conv.weight, a=0, mode="fan_in", nonlinearity="relu")
            if conv.bias is not None:
                init.zeros_(conv.bias)
            modules.append(conv)
            if batch_norm:
                modules.append(nn.BatchNorm2d(n, dtype=torch.float32))
            modules.append(nn.ReLU())
            c = n
        else:
            raise ValueError("cannot read the token " + repr(t))
    modules.append(nn.AdaptiveAvgPool2d(1))
    modules.append(nn.Flatten())
    modules.append(nn.Linear(c, classes, dtype=torch.float32))
    return nn.Sequential(*modules)
