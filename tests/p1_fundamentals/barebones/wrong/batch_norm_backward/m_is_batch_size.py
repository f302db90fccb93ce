# what is wrong: the two sums are divided by the batch size and not by the number of values of a feature, n * h * w
# told: counts_examples_only
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    m = len(x)
    axes = tuple(i for i in range(x.ndim) if i != 1)
    u = lambda t: t.reshape(1, -1, *([1] * (x.ndim - 2)))
    x_hat = (x - u(mean)) * u(inv_std)
    g_beta = torch.sum(grad, dim=axes)
    g_gamma = torch.sum(grad * x_hat, dim=axes)
    if not training:
        return grad * u(gamma * inv_std), g_gamma, g_beta
    return u(gamma * inv_std) * (grad - u(g_beta) / m - x_hat * u(g_gamma) / m), g_gamma, g_beta
