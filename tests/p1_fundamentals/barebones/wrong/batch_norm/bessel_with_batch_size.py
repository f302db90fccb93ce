# what is wrong: the factor m / (m - 1) of the running variance is made with the batch size n and not with n * h * w (for one image it is left out)
# told: counts_examples_only
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    n = x.shape[0]
    dims = [0] + list(range(2, x.ndim))
    shape = [1, x.shape[1]] + [1] * (x.ndim - 2)
    if training:
        if x.numel() == x.shape[1]:
            raise ValueError("one value per feature")
        mu = x.mean(dims, keepdim=True)
        var = (x - mu).square().mean(dims, keepdim=True)
        unbiased = var * n / (n - 1) if n > 1 else var
        running_mean.copy_(running_mean * (1 - momentum) + mu.flatten() * momentum)
        running_var.copy_(running_var * (1 - momentum) + unbiased.flatten() * momentum)
    else:
        mu, var = running_mean.reshape(shape), running_var.reshape(shape)
    return gamma.reshape(shape) * ((x - mu) / torch.sqrt(var + eps)) + beta.reshape(shape)
