"""nn.init's own He, a regular expression for the tokens, layers added to the Sequential by append."""
import re

from torch import nn


def vgg(config, *, in_channels=3, classes=10, batch_norm=False):
    net = nn.Sequential()
    width = in_channels
    for token in re.split(r"\s+", config.strip()) if config.strip() else []:
        if re.fullmatch(r"[1-9][0-9]*", token):
            out = int(token)
            conv = nn.Conv2d(width, out, 3, 1, 1, bias=False if batch_norm else True)
            nn.init.kaiming_normal_(conv.weight, mode="fan_in", nonlinearity="relu")
            net.append(conv)
            if batch_norm:
                net.append(nn.BatchNorm2d(out))
            else:
                conv.bias.data.zero_()
            net.append(nn.ReLU(inplace=True))
            width = out
        elif token == "M":
            net.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            raise ValueError("unknown token: " + token)
    for layer in (nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(1), nn.Linear(width, classes)):
        net.append(layer)
    return net
