# what is wrong: in training only the mean is differentiated; the standard deviation is taken for a constant
# told: forgets_the_variance
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    dims = (0, *range(2, x.ndim))
    s = (-1, *[1] * (x.ndim - 2))
    dxhat = grad * gamma.reshape(s)
    xhat = (x - mean.reshape(s)) * inv_std.reshape(s)
    dgamma, dbeta = (grad * xhat).sum(dims), grad.sum(dims)
    dx = dxhat * inv_std.reshape(s)
    if training:
        dx = dx - dx.mean(dims, keepdim=True)
    return dx, dgamma, dbeta
