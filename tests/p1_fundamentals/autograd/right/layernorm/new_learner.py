"""Layer normalisation."""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    """Normalise every vector along the last axis."""
    # taking the first feature off is exact for near numbers, so that the rounding of the mean is relative to the spread
    c = x.data - x.data[..., :1]
    c = c - c.mean(axis=-1, keepdims=True)
    s = np.sqrt((c * c).mean(axis=-1, keepdims=True) + x.dtype.type(eps))
    normed = c / s

    def vjp(g):
        h = g * gain.data
        of_x = (h - h.mean(axis=-1, keepdims=True) - normed * (h * normed).mean(axis=-1, keepdims=True)) / s
        leading = tuple(range(g.ndim - 1))
        return of_x, (g * normed).sum(axis=leading), g.sum(axis=leading)

    return record(normed * gain.data + bias.data, (x, gain, bias), vjp)
