# what is wrong: gamma multiplies only the gradient itself and not the two means that are taken off it (the example has gamma 1)
# told: gamma_on_some_terms_only
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    dims = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    z = (x - mean.reshape(shape)) * inv_std.reshape(shape)
    gz = grad * z
    dgamma, dbeta = gz.sum(dims), grad.sum(dims)
    h = grad * gamma.reshape(shape)
    if training:
        h = h - grad.mean(dims, keepdim=True) - z * gz.mean(dims, keepdim=True)
    return h * inv_std.reshape(shape), dgamma, dbeta
