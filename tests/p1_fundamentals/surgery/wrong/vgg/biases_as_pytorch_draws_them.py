# what is wrong: only the weights are drawn anew, the biases of the convolutions keep PyTorch's first values instead of 0
# told: random_biases
import torch
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    layers = []
    width = in_channels

    for token in config.split():
        match token:
            case "M":
                layers.append(nn.MaxPool2d(2, 2))
            case number if number.isascii() and number.isdigit() and int(number) >= 1:
                layers.append(nn.Conv2d(width, int(number), 3, padding=1, bias=not batch_norm, dtype=torch.float32))
                width = int(number)
                if batch_norm:
                    layers.append(nn.BatchNorm2d(width, dtype=torch.float32))
                layers.append(nn.ReLU())
            case _:
                raise ValueError(f"{token!r} is not a layer")

    layers.append(nn.AdaptiveAvgPool2d(1))
    layers.append(nn.Flatten())
    layers.append(nn.Linear(width, classes, dtype=torch.float32))
    network = nn.Sequential(*layers)
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    return network
