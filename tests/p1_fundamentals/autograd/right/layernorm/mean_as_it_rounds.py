# how: the mean is taken off once, as it rounds
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    mean = x.data.mean(axis=-1, keepdims=True)
    var = x.data.var(axis=-1, keepdims=True)
    s = np.sqrt(var + eps)
    x_hat = (x.data - mean) / s

    def vjp(g):
        h = g * gain.data
        dx = (h - h.mean(axis=-1, keepdims=True) - x_hat * (h * x_hat).mean(axis=-1, keepdims=True)) / s
        axes = tuple(range(g.ndim - 1))
        return dx, (g * x_hat).sum(axis=axes), g.sum(axis=axes)

    return record(gain.data * x_hat + bias.data, (x, gain, bias), vjp)
