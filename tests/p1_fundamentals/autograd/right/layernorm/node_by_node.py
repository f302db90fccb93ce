r"""Layer normalisation, backward through every step of the forward pass, as one does it on paper."""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    r"""The same as `torch.nn.functional.layer_norm` over the last axis."""
    N = x.data.shape[-1]
    mu = np.sum(x.data, axis=-1, keepdims=True) / N
    xmu = x.data - mu
    var = np.sum(xmu ** 2, axis=-1, keepdims=True) / N
    ivar = 1 / np.sqrt(var + eps)
    xhat = xmu * ivar
    out = gain.data * xhat + bias.data

    def vjp(dout):
        axes = tuple(i for i in range(dout.ndim - 1))
        dbias = np.sum(dout, axis=axes)
        dgain = np.sum(dout * xhat, axis=axes)
        dxhat = dout * gain.data
        divar = np.sum(dxhat * xmu, axis=-1, keepdims=True)
        dvar = divar * -0.5 * ivar ** 3
        dxmu = dxhat * ivar + dvar * 2 * xmu / N
        dmu = -np.sum(dxmu, axis=-1, keepdims=True)
        dx = dxmu + dmu / N
        return dx, dgain, dbias

    return record(out, (x, gain, bias), vjp)
