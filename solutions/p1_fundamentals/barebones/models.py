"""Given: the network of the study, made of plain tensors and your functions.

    x (batch, inputs) ──> [ affine ──> (batch norm) ──> relu ] x depth ──> affine ──> logits (batch, classes)

It has all that `train` and `evaluate` ask of a model: `parameters`, `training`, a call, and `loss_and_gradients`.
"""
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from .batch_norm import batch_norm
from .batch_norm_backward import batch_norm_backward
from .cross_entropy import cross_entropy, cross_entropy_backward
from .initialization import he_normal
from .layers import affine, affine_backward, relu, relu_backward

EPS = 1e-5


@dataclass
class Layer:
    """The tensors of one layer: its parameters, and where it is normed the running statistics."""

    weight: Float[Tensor, "outputs inputs"]
    bias: Float[Tensor, "outputs"]
    gamma: Float[Tensor, "outputs"] | None = None
    beta: Float[Tensor, "outputs"] | None = None
    running_mean: Float[Tensor, "outputs"] | None = None
    running_var: Float[Tensor, "outputs"] | None = None

    @property
    def parameters(self) -> list[Tensor]:
        return [self.weight, self.bias] if self.gamma is None else [self.weight, self.bias, self.gamma, self.beta]


class Kept(NamedTuple):
    """What one hidden layer keeps of the way forward, for the way back."""

    x: Float[Tensor, "batch inputs"]                 # what came in
    z: Float[Tensor, "batch outputs"]                # after affine
    y: Float[Tensor, "batch outputs"]                # before relu: z, or what batch norm made of it
    mean: Float[Tensor, "outputs"] | None = None     # what z was normed with
    inv_std: Float[Tensor, "outputs"] | None = None


class MLP:
    """A multilayer perceptron with `depth` hidden layers of `width` units, with or without batch norm before each relu.

    Both kinds draw the same weights from the same generator. A normed layer's bias does nothing, for batch norm takes the
    mean off again: its gradient is 0 but for rounding, and it stays 0. It is there so that all layers are alike.
    """

    def __init__(self, *, inputs: int, width: int, depth: int, classes: int, normed: bool, generator: torch.Generator,
                 init: Callable[[tuple[int, int], torch.Generator], Tensor] = he_normal,
                 device: torch.device | str = "cpu"):
        sizes = [inputs, *[width] * depth, classes]
        layers = [Layer(init((outputs, before), generator).to(device), torch.zeros(outputs, device=device))
                  for before, outputs in zip(sizes, sizes[1:])]
        *self.hidden, self.output = layers
        for layer in self.hidden if normed else []:
            layer.gamma, layer.beta = torch.ones_like(layer.bias), torch.zeros_like(layer.bias)
            layer.running_mean, layer.running_var = torch.zeros_like(layer.bias), torch.ones_like(layer.bias)
        self.parameters = [tensor for layer in layers for tensor in layer.parameters]
        self.training = True

    def __call__(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch classes"]:
        return self.forward(x)[0]

    def loss_and_gradients(self, x: Float[Tensor, "batch inputs"],
                           labels: Int64[Tensor, "batch"]) -> tuple[Float[Tensor, ""], list[Tensor]]:
        """The mean cross-entropy, and its gradient with respect to each of `parameters`."""
        logits, kept, last = self.forward(x)
        gradients, _ = self.backward(cross_entropy_backward(logits.new_ones(()), logits, labels), kept, last)
        return cross_entropy(logits, labels), gradients

    def forward(self, x: Float[Tensor, "batch inputs"]) -> tuple[Tensor, list[Kept], Tensor]:
        """The logits; what each hidden layer keeps; and what came into the output layer."""
        kept = []
        for layer in self.hidden:
            z = affine(x, layer.weight, layer.bias)                       # (batch, inputs) -> (batch, outputs)
            if layer.gamma is None:
                kept.append(Kept(x, z, z))
            else:
                mean, var = (z.mean(dim=0), z.var(dim=0, correction=0)) if self.training else (
                    layer.running_mean.clone(), layer.running_var.clone())  # (outputs,) each
                y = batch_norm(z, layer.gamma, layer.beta, layer.running_mean, layer.running_var,
                               training=self.training, eps=EPS)
                kept.append(Kept(x, z, y, mean, 1 / torch.sqrt(var + EPS)))
            x = relu(kept[-1].y)
        return affine(x, self.output.weight, self.output.bias), kept, x

    def backward(self, grad: Float[Tensor, "batch classes"], kept: list[Kept],
                 last: Float[Tensor, "batch width"]) -> tuple[list[Tensor], list[Tensor]]:
        """From the gradient of the logits: that of each of `parameters`, and that of each hidden layer's z, in order."""
        grad, *of_layer = affine_backward(grad, last, self.output.weight)
        gradients, of_z = of_layer, []
        for layer, at in zip(reversed(self.hidden), reversed(kept)):
            grad, of_norm = relu_backward(grad, at.y), []
            if layer.gamma is not None:
                grad, *of_norm = batch_norm_backward(grad, at.z, layer.gamma, at.mean, at.inv_std, training=self.training)
            of_z.insert(0, grad)
            grad, *of_affine = affine_backward(grad, at.x, layer.weight)
            gradients = [*of_affine, *of_norm, *gradients]
        return gradients, of_z

    def layer_sizes(self, x: Float[Tensor, "batch inputs"], labels: Int64[Tensor, "batch"]) -> dict[str, list[float]]:
        """How large the signal and its gradient are in each hidden layer, on one batch; nothing is changed.

        `activations` is the root of the mean square after relu, `gradients` that of the gradient that arrives at the layer's
        affine part, and `dead` the share of units that are 0 for the whole batch.
        """
        model = copy.deepcopy(self)  # in training mode batch norm moves its running statistics: those of the copy
        logits, kept, last = model.forward(x)
        _, of_z = model.backward(cross_entropy_backward(logits.new_ones(()), logits, labels), kept, last)

        after = [relu(at.y) for at in kept]                               # (batch, width) each
        def size(values: Tensor) -> float:
            return values.double().square().mean().sqrt().item()          # in float32 the square of 1e-23 is 0

        return {"activations": [size(h) for h in after], "gradients": [size(g) for g in of_z],
                "dead": [(h == 0).all(dim=0).to(h.dtype).mean().item() for h in after]}
