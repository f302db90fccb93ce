# what is wrong: the variance is E[x^2] - E[x]^2 (clamped at 0), which has no digits left far from 0
# told: subtracts_the_squared_mean
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    flat = x.transpose(0, 1).reshape(x.shape[1], -1)
    n = flat.shape[1]
    if training:
        if n <= 1:
            raise ValueError(f"expected more than 1 value per feature, got {tuple(x.shape)}")
        mean = flat.sum(1) / n
        var = ((flat * flat).sum(1) / n - mean * mean).clamp(min=0)
        running_mean.copy_((1 - momentum) * running_mean + momentum * mean)
        running_var.copy_((1 - momentum) * running_var + momentum * var * n / (n - 1))
    else:
        mean, var = running_mean, running_var
    inv = torch.rsqrt(var + eps)
    out = (flat - mean[:, None]) * inv[:, None] * gamma[:, None] + beta[:, None]
    return out.reshape(x.transpose(0, 1).shape).transpose(0, 1)
