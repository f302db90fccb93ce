"""Given: the two networks of the study, written with nothing but the engine.

Both take images, (batch, 1, height, width), and return logits, (batch, classes).
"""
import numpy as np
from jaxtyping import Float

from .activations import relu
from .convolution import conv2d
from .modules import Linear, Module, Parameter
from .pooling import max_pool2d
from .shapes import reshape
from .tensor import Tensor


class MLP(Module):
    """A multilayer perceptron: every pixel is an input, one hidden layer with ReLU."""

    def __init__(self, *, pixels: int, hidden: int, classes: int, rng: np.random.Generator):
        self.hidden = Linear(pixels, hidden, rng=rng)
        self.output = Linear(hidden, classes, rng=rng)

    def forward(self, images: Float[Tensor, "batch 1 height width"]) -> Float[Tensor, "batch classes"]:
        x = reshape(images, (images.shape[0], -1))  # (batch, 1, height, width) -> (batch, pixels)
        x = relu(self.hidden(x))                    # (batch, pixels) -> (batch, hidden)
        return self.output(x)                       # (batch, hidden) -> (batch, classes)


class Conv2d(Module):
    """A convolution with its own weight and bias, drawn so that the variance of the signal is kept (He et al. 2015)."""

    def __init__(self, channels: int, filters: int, size: int, *, padding: int = 0, rng: np.random.Generator):
        deviation = np.sqrt(2 / (channels * size * size))
        self.weight = Parameter(rng.normal(0, deviation, (filters, channels, size, size)).astype(np.float32))
        self.bias = Parameter(np.zeros(filters, np.float32))
        self.padding = padding

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch filters height2 width2"]:
        return conv2d(x, self.weight, self.bias, padding=self.padding)


class CNN(Module):
    """Two convolutions, each followed by ReLU and max pooling, and one linear layer on what is left."""

    def __init__(self, *, side: int, filters: int, classes: int, rng: np.random.Generator):
        self.first = Conv2d(1, filters, 3, padding=1, rng=rng)
        self.second = Conv2d(filters, 2 * filters, 3, padding=1, rng=rng)
        self.output = Linear(2 * filters * (side // 4) ** 2, classes, rng=rng)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "batch classes"]:
        x = max_pool2d(relu(self.first(images)), 2)  # (batch, 1, side, side) -> (batch, filters, side/2, side/2)
        x = max_pool2d(relu(self.second(x)), 2)      # -> (batch, 2 filters, side/4, side/4)
        x = reshape(x, (x.shape[0], -1))             # -> (batch, 2 filters (side/4)²)
        return self.output(x)                        # -> (batch, classes)
