# what is wrong: the way through the mean is left out, because sum(x - mu) = 0 makes its part through sigma^2 vanish; the direct part of mu is lost with it
# told: forgets_the_mean
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    G = grad.transpose(0, 1).reshape(x.shape[1], -1)
    X = x.transpose(0, 1).reshape(x.shape[1], -1)
    m = X.shape[1]
    xmu = X - mean[:, None]
    ivar = inv_std[:, None]
    dgamma = (G * xmu * ivar).sum(1)
    dbeta = G.sum(1)
    dxhat = G * gamma[:, None]
    dx = dxhat * ivar
    if training:
        dvar = (dxhat * xmu).sum(1, keepdim=True) * -0.5 * ivar ** 3
        dmu = dvar * (-2 * xmu).mean(1, keepdim=True)          # = 0
        dx = dx + dvar * 2 * xmu / m + dmu / m
    back = grad.transpose(0, 1).shape
    return dx.reshape(back).transpose(0, 1), dgamma, dbeta
