# what is wrong: the variance is computed as E[x^2] - E[x]^2 (clipped at 0), which loses all digits far from 0
# told: subtracts_squares
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    n = x.data.shape[-1]
    total = np.sum(x.data, axis=-1, keepdims=True)
    total_sq = np.sum(x.data ** 2, axis=-1, keepdims=True)
    mean = total / n
    variance = np.maximum(total_sq / n - mean ** 2, 0)
    rstd = 1 / np.sqrt(variance + eps)
    norm = (x.data - mean) * rstd
    out = norm * gain.data + bias.data

    def backward(dout):
        dnorm = dout * gain.data
        dx = dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True)
        dx = dx * rstd
        flat = (-1, n)
        return dx, (dout * norm).reshape(flat).sum(0), dout.reshape(flat).sum(0)

    return record(out, (x, gain, bias), backward)
