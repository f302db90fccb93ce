# what is wrong: the variance is the unbiased one (ddof=1, divided by n - 1), which is also 0/0 for one feature
# told: takes_the_unbiased_variance
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    mu = x.data.mean(-1, keepdims=True)
    xc = x.data - mu
    xc = xc - xc.mean(-1, keepdims=True)
    std = np.sqrt(np.var(xc, axis=-1, ddof=1, keepdims=True) + eps)
    xhat = xc / std

    def vjp(g):
        h = g * gain.data
        axes = tuple(range(g.ndim - 1))
        n = x.shape[-1]
        dx = (h - h.mean(-1, keepdims=True) - xhat * (h * xhat).sum(-1, keepdims=True) / (n - 1)) / std
        return dx, (g * xhat).sum(axes), g.sum(axes)

    return record(gain.data * xhat + bias.data, (x, gain, bias), vjp)
