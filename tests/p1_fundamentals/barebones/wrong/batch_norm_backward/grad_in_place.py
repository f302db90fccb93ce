# what is wrong: grad is changed in place (what comes in is only to be read)
# told: writes_into_its_arguments
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    xn = (x - mean.reshape(shape)) * inv_std.reshape(shape)
    dbeta = grad.sum(axes)
    dgamma = (grad * xn).sum(axes)
    dx = grad
    if training:
        m = x.numel() // x.shape[1]
        dx -= (dbeta / m).reshape(shape)
        dx -= xn * (dgamma / m).reshape(shape)
    dx *= (gamma * inv_std).reshape(shape)
    return dx, dgamma, dbeta
