r"""Layer normalisation, vector by vector, with the whole matrix of derivatives of each."""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    r"""The same as `torch.nn.functional.layer_norm` over the last axis."""
    n = x.shape[-1]
    y = np.empty_like(x.data)
    x_hat = np.empty_like(x.data)
    deviation = np.empty(x.shape[:-1], x.dtype)

    for place in np.ndindex(x.shape[:-1]):
        row = x.data[place]
        deviation[place] = np.sqrt(np.var(row) + eps)
        x_hat[place] = (row - np.mean(row)) / deviation[place]
        y[place] = x_hat[place] * gain.data + bias.data

    def vjp(g):
        grad_x = np.empty_like(x.data)
        grad_gain, grad_bias = np.zeros_like(gain.data), np.zeros_like(bias.data)
        for place in np.ndindex(x.shape[:-1]):
            row = x_hat[place]
            # d x_hat_i / d x_k
            jacobian = (np.eye(n, dtype=x.dtype) - (1 + np.outer(row, row)) / n) / deviation[place]
            grad_x[place] = (g[place] * gain.data) @ jacobian
            grad_gain += g[place] * row
            grad_bias += g[place]
        return grad_x, grad_gain, grad_bias

    return record(y, (x, gain, bias), vjp)
