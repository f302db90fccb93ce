import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    axes = (0, *range(2, x.ndim))
    shape = (1, -1) + (1,) * (x.ndim - 2)
    m = x.numel() // x.shape[1]
    normed = (x - mean.reshape(shape)) * inv_std.reshape(shape)
    of_beta = grad.sum(dim=axes)
    of_gamma = (grad * normed).sum(dim=axes)
    of_x = grad
    if training:
        of_x = grad - (of_beta / m).reshape(shape) - normed * (of_gamma / m).reshape(shape)
    return of_x * (gamma * inv_std).reshape(shape), of_gamma, of_beta
