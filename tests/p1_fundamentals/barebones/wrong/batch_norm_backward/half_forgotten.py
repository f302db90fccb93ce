# what is wrong: in the chain dL/dvar lacks the factor 1/2 of the derivative of (var + eps)^(-1/2), so the way through the variance counts twice
# told: miscounts_the_two
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
    mean, inv_std, gamma = mean.reshape(shape), inv_std.reshape(shape), gamma.reshape(shape)
    m = x.numel() // x.shape[1]
    x_mu = x - mean
    dgamma = torch.sum(grad * x_mu * inv_std, dim=axes)
    dbeta = torch.sum(grad, dim=axes)
    dx_hat = grad * gamma
    if not training:
        return dx_hat * inv_std, dgamma, dbeta
    dvar = torch.sum(dx_hat * x_mu, dim=axes, keepdim=True) * -(inv_std ** 3)
    dmu = torch.sum(dx_hat * -inv_std, dim=axes, keepdim=True) + dvar * torch.mean(-2 * x_mu, dim=axes, keepdim=True)
    dx = dx_hat * inv_std + dvar * 2 * x_mu / m + dmu / m
    return dx, dgamma, dbeta
