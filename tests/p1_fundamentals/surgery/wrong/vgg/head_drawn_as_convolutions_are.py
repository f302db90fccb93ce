# what is wrong: the linear layer gets He's weights and a bias of 0 too, though it should stay as PyTorch makes it
# told: he_for_the_head
import torch
from torch import nn


def _init_weights(module):
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    net = nn.Sequential()

    def push(layer):
        net.add_module(str(len(net)), layer)

    for token in config.split():
        if token == "M":
            push(nn.MaxPool2d(kernel_size=2, stride=2))
        elif token.isascii() and token.isdecimal() and int(token) >= 1:
            push(nn.Conv2d(in_channels, int(token), kernel_size=3, padding=1, bias=not batch_norm))
            in_channels = int(token)
            if batch_norm:
                push(nn.BatchNorm2d(in_channels))
            push(nn.ReLU())
        else:
            raise ValueError(f"bad token in config: {token}")
    push(nn.AdaptiveAvgPool2d((1, 1)))
    push(nn.Flatten())
    push(nn.Linear(in_channels, classes))
    net.to(torch.float32)
    net.apply(_init_weights)
    return net
