# how: the ways back one by one (through variance, then mean), as in the cs231n notes; mean corrected by the mean of what is left; features moved to axis 0
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    xt = np.moveaxis(x.data, -1, 0)
    D = xt.shape[0]
    col = (slice(None),) + (None,) * (xt.ndim - 1)
    gamma, beta = gain.data[col], bias.data[col]
    mu = xt.mean(axis=0)
    xmu = xt - mu
    xmu = xmu - xmu.mean(axis=0)
    sqrtvar = np.sqrt(np.mean(xmu ** 2, axis=0) + eps)
    xhat = xmu / sqrtvar
    out = np.moveaxis(gamma * xhat + beta, 0, -1)

    def vjp(dout):
        dout = np.moveaxis(dout, -1, 0)
        rest = tuple(range(1, dout.ndim))
        dxhat = dout * gamma
        dsigma = -np.sum(dxhat * xhat, axis=0) / sqrtvar
        dvar = dsigma / (2 * sqrtvar)
        dxmu = dxhat / sqrtvar + 2 * xmu * dvar / D
        dx = dxmu - np.sum(dxmu, axis=0) / D
        return np.moveaxis(dx, 0, -1), np.sum(dout * xhat, axis=rest), np.sum(dout, axis=rest)

    return record(out, (x, gain, bias), vjp)
