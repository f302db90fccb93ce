# how: the layers are appended to a Sequential, and a second pass over the convolutions draws their weights from fan-in
import torch
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    network = nn.Sequential()
    dtype = torch.float32
    for token in config.split():
        if token == "M":
            network.append(nn.MaxPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=False))
            continue
        if not token.isascii() or not token.isdecimal() or int(token) < 1:
            raise ValueError("not a layer: " + token)
        network.append(nn.Conv2d(in_channels, int(token), (3, 3), stride=1, padding=(1, 1), bias=not batch_norm, dtype=dtype))
        in_channels = int(token)
        if batch_norm:
            network.append(nn.BatchNorm2d(in_channels, dtype=dtype))
        network.append(nn.ReLU())

    for layer in network:
        if isinstance(layer, nn.Conv2d):
            fan_in = layer.weight[0].numel()
            layer.weight.data = torch.randn(layer.weight.shape, dtype=dtype, device=layer.weight.device) * (2 / fan_in) ** 0.5
            if layer.bias is not None:
                layer.bias.data.zero_()

    for layer in (nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(in_channels, classes, dtype=dtype)):
        network.append(layer)
    return network
