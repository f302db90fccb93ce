# what is wrong: the part along x_hat is taken off by a projection, divided by sum x_hat^2 and not by m, which are equal only for eps = 0 (and 0/0 where all values are equal)
# told: projects_on_the_values
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    C = x.shape[1]
    flat = lambda t: t.movedim(1, 0).reshape(C, -1)
    g, xh = flat(grad), (flat(x) - mean[:, None]) * inv_std[:, None]
    of_gamma = torch.einsum("cm,cm->c", g, xh)
    of_beta = torch.einsum("cm->c", g)
    if training:
        g = g - g.mean(1, keepdim=True)
        g = g - xh * (of_gamma / (xh * xh).sum(1))[:, None]
    g = g * (gamma * inv_std)[:, None]
    return g.reshape(grad.movedim(1, 0).shape).movedim(0, 1), of_gamma, of_beta
