# what is wrong: eps is added to the standard deviation and not to the variance under the root
# told: adds_eps_outside_the_root
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    c = x.data - x.data[..., :1]
    c = c - np.mean(c, axis=-1, keepdims=True)
    sigma = np.sqrt(np.mean(c ** 2, axis=-1, keepdims=True))
    s = sigma + eps
    x_hat = c / s
    y = gain.data * x_hat + bias.data

    def vjp(g):
        h = g * gain.data
        gx = (h - h.mean(axis=-1, keepdims=True) - x_hat * np.mean(h * x_hat, axis=-1, keepdims=True)) / s
        ax = tuple(range(x.ndim - 1))
        return gx, np.sum(g * x_hat, axis=ax), np.sum(g, axis=ax)

    return record(y, (x, gain, bias), vjp)
