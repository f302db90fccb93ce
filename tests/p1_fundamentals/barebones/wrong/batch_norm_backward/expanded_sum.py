# what is wrong: the gradient of gamma (and with it that of x) is made from s (sum g x - mu sum g), equal on paper, which loses its digits where x lies far from 0
# told: multiplies_out_gamma
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    axes = (0, *range(2, x.ndim))
    shape = (-1, *[1] * (x.ndim - 2))
    m = x.numel() // x.shape[1]
    sum_g = grad.sum(dim=axes)
    sum_gx = (grad * x).sum(dim=axes)
    of_gamma = inv_std * (sum_gx - mean * sum_g)
    scale = (gamma * inv_std).reshape(shape)
    if not training:
        return scale * grad, of_gamma, sum_g
    slope = (of_gamma * inv_std / m).reshape(shape)
    return scale * (grad - (sum_g / m).reshape(shape) - slope * (x - mean.reshape(shape))), of_gamma, sum_g
