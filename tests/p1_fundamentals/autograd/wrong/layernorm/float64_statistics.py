# what is wrong: the statistics are taken in float64 and never cast back, so float32 in gives a float64 value and gradient of x and gain
# told: value_in_float64
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    mu = np.mean(x.data, axis=-1, keepdims=True, dtype=np.float64)   # more digits
    c = x.data - mu
    c = c - c.mean(axis=-1, keepdims=True)
    rstd = 1.0 / np.sqrt(np.mean(c ** 2, axis=-1, keepdims=True) + eps)
    x_hat = c * rstd

    def vjp(g):
        h = g * gain.data
        m1 = h.mean(axis=-1, keepdims=True)
        m2 = (h * x_hat).mean(axis=-1, keepdims=True)
        lead = tuple(range(g.ndim - 1))
        return rstd * (h - m1 - x_hat * m2), (g * x_hat).sum(axis=lead), g.sum(axis=lead)

    return record(gain.data * x_hat + bias.data, (x, gain, bias), vjp)
