# how: (features, m) matrices; the mean is taken off the gradient first, then off along the centred values with s^2; x_hat is never made; results are transposed views
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    C = x.shape[1]
    order = [1, 0, *range(2, x.ndim)]
    G = grad.permute(order).reshape(C, -1)
    D = x.permute(order).reshape(C, -1) - mean.unsqueeze(1)
    m = D.shape[1]
    dot = (G * D).sum(-1)
    of_beta = G.sum(-1)
    if training:
        out = G - of_beta.unsqueeze(1) / m
        out = out - D * (inv_std ** 2 * dot / m).unsqueeze(1)
    else:
        out = G
    out = torch.mul(out, torch.mul(gamma, inv_std).unsqueeze(1))
    return out.reshape([x.shape[i] for i in order]).permute(order), dot * inv_std, of_beta
