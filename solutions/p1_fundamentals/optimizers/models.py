"""Given: the networks of the study. A small CNN for digits, and two residual networks for photographs of 32x32 pixels.

    build("cnn" | "resnet20" | "resnet18", channels=3, classes=10) ──> nn.Module, from images to logits
"""
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def build(name: str, *, channels: int, classes: int) -> nn.Module:
    """A new network, its weights drawn from torch's global generator."""
    return MODELS[name](channels=channels, classes=classes)


def cnn(*, channels: int, classes: int) -> nn.Module:
    """Two convolutions and a linear layer. It has no batch norm, so its loss is a function of its parameters alone."""
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),   # (n, c, h, w) -> (n, 16, h/2, w/2)
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2),  # -> (n, 32, 2, 2)
        nn.Flatten(), nn.Linear(128, classes))                              # -> (n, 128) -> (n, classes)


class Block(nn.Module):
    """Two convolutions with a skip around them; where the shape changes, the skip is a projection (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.skip = nn.Identity() if inputs == outputs and stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs h2 w2"]:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.skip(x))


class ResNet(nn.Module):
    """Stages of blocks, each after the first with half the side and its own width; a 3x3 stem without pooling, as is usual
    for small images (He et al. 2016, section 4.2)."""

    def __init__(self, *, channels: int, classes: int, widths: tuple[int, ...], blocks: int):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU())
        stages, inputs = [], widths[0]
        for stage, width in enumerate(widths):
            for place in range(blocks):
                stages.append(Block(inputs, width, stride=2 if stage > 0 and place == 0 else 1))
                inputs = width
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(inputs, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        y = self.stages(self.stem(x))
        return self.head(y.mean(dim=(2, 3)))                                # (n, width, h, w) -> (n, width)


def resnet20(*, channels: int, classes: int) -> nn.Module:
    """270,000 parameters: three stages of three blocks, 16 to 64 channels."""
    return ResNet(channels=channels, classes=classes, widths=(16, 32, 64), blocks=3)


def resnet18(*, channels: int, classes: int) -> nn.Module:
    """11 million parameters: four stages of two blocks, 64 to 512 channels."""
    return ResNet(channels=channels, classes=classes, widths=(64, 128, 256, 512), blocks=2)


MODELS: dict[str, Callable[..., nn.Module]] = {"cnn": cnn, "resnet20": resnet20, "resnet18": resnet18}


def flat(model: nn.Module) -> Float[Tensor, "parameters"]:
    """A copy of all parameters as one vector."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])
