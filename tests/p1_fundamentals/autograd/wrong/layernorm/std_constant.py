# what is wrong: the standard deviation is taken for a constant on the way back, so the term through sigma^2 is missing
# told: forgets_the_variance
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    a = x.data
    c = a - a[..., :1]
    c = c - c.mean(axis=-1)[..., None]
    std = np.sqrt((c ** 2).mean(axis=-1)[..., None] + eps)
    z = c / std

    def vjp(g):
        dz = np.einsum("...i,i->...i", g, gain.data)
        dc = dz / std
        dx = dc - dc.mean(axis=-1, keepdims=True)
        return dx, np.einsum("ri,ri->i", g.reshape(-1, g.shape[-1]), z.reshape(-1, g.shape[-1])), g.reshape(-1, g.shape[-1]).sum(0)

    return record(z * gain.data + bias.data, (x, gain, bias), vjp)
