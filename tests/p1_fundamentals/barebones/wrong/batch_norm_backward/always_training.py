# what is wrong: outside of training the gradient of x still has the ways through the mean and the variance, as if they came from the batch
# told: ignores_the_flag
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    dims = [0] + list(range(2, x.dim()))
    bshape = [1, x.size(1)] + [1] * (x.dim() - 2)
    N = x.numel() / x.size(1)
    xhat = (x - mean.reshape(bshape)) * inv_std.reshape(bshape)
    dbeta = grad.sum(dims)
    dgamma = (grad * xhat).sum(dims)
    dx = (gamma * inv_std / N).reshape(bshape) * (N * grad - dbeta.reshape(bshape) - xhat * dgamma.reshape(bshape))
    return dx, dgamma, dbeta
