# what is wrong: in the backward pass n is len(x), the number of vectors, and not the number of features (right for one vector and for square matrices)
# told: counts_the_vectors
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    c = x.data - x.data[..., :1]
    c = c - c.mean(axis=-1, keepdims=True)
    s = np.sqrt((c * c).mean(axis=-1, keepdims=True) + eps)
    xhat = c / s

    def vjp(g):
        n = len(x)
        h = g * gain.data
        sum_h = h.sum(axis=-1, keepdims=True)
        sum_hx = (h * xhat).sum(axis=-1, keepdims=True)
        dx = (n * h - sum_h - xhat * sum_hx) / (n * s) if n else np.zeros_like(h)
        axes = tuple(range(g.ndim - 1))
        return dx, (g * xhat).sum(axis=axes), g.sum(axis=axes)

    return record(xhat * gain.data + bias.data, (x, gain, bias), vjp)
