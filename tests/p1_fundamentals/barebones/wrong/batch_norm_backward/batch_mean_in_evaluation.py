# what is wrong: outside of training x_hat is made with the mean of the batch at hand and not with the running one that was handed in, so the gradient of gamma is wrong
# told: takes_the_mean_of_the_batch
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    dims = tuple(d for d in range(x.ndim) if d != 1)
    shape = [1 if d != 1 else -1 for d in range(x.ndim)]
    centred = x - x.mean(dim=dims, keepdim=True)
    s = inv_std.reshape(shape)
    xhat = centred * s
    dbeta = grad.sum(dim=dims)
    dgamma = (grad * xhat).sum(dim=dims)
    if training:
        dx = grad - grad.mean(dim=dims, keepdim=True) - xhat * (grad * xhat).mean(dim=dims, keepdim=True)
    else:
        dx = grad
    return dx * s * gamma.reshape(shape), dgamma, dbeta
