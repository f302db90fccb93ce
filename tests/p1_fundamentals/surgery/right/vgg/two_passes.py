"""The tokens are checked first, then pairs of widths are walked through."""
from torch import nn


def check(token):
    if token != "M" and not (token.isascii() and token.isdigit() and int(token)):
        raise ValueError("neither M nor a positive number: %r" % token)
    return token


def convolution(before, after, batch_norm):
    layer = nn.Conv2d(before, after, kernel_size=3, padding=1, stride=1, bias=not batch_norm)
    layer.weight.data.normal_(0, (2 / before / 9) ** 0.5)
    if layer.bias is not None:
        layer.bias.data[:] = 0
    return [layer, nn.BatchNorm2d(after)] if batch_norm else [layer]


def vgg(config, *, in_channels=3, classes=10, batch_norm=False):
    tokens = [check(token) for token in config.split()]
    widths, modules = [in_channels], []
    for token in tokens:
        if token == "M":
            modules += [nn.MaxPool2d(2)]
        else:
            widths.append(int(token))
            modules += [*convolution(widths[-2], widths[-1], batch_norm), nn.ReLU()]
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], classes))
