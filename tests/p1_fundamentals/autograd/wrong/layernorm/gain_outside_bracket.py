# what is wrong: as in batch norm the gain is multiplied outside the bracket, with g instead of h in the two means, right only for equal gains
# told: multiplies_by_the_gain_last
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    c = x.data - x.data[..., :1]
    c = c - c.mean(axis=-1, keepdims=True)
    inv_std = 1 / np.sqrt((c ** 2).mean(axis=-1, keepdims=True) + eps)
    x_hat = c * inv_std

    def vjp(g):
        N = x.shape[-1]
        dbeta = g.reshape(-1, N).sum(axis=0)
        dgamma = (g * x_hat).reshape(-1, N).sum(axis=0)
        dx = gain.data * inv_std / N * (N * g - g.sum(-1, keepdims=True) - x_hat * (g * x_hat).sum(-1, keepdims=True))
        return dx, dgamma, dbeta

    return record(gain.data * x_hat + bias.data, (x, gain, bias), vjp)
