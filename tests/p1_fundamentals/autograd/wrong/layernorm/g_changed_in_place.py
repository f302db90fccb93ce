# what is wrong: the vjp multiplies the incoming gradient by the gain in place, so g is changed for its owner and for the next call
# told: writes_into_the_gradient
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    c = x.data - x.data[..., :1]
    c -= c.mean(axis=-1, keepdims=True)
    s = np.sqrt(np.square(c).mean(axis=-1, keepdims=True) + eps)
    c /= s
    xhat = c

    def vjp(g):
        n = x.shape[-1]
        dgain = (g * xhat).reshape(-1, n).sum(axis=0)
        dbias = g.reshape(-1, n).sum(axis=0)
        g *= gain.data
        dx = g - g.mean(axis=-1, keepdims=True) - xhat * (g * xhat).mean(axis=-1, keepdims=True)
        dx /= s
        return dx, dgain, dbias

    return record(xhat * gain.data + bias.data, (x, gain, bias), vjp)
