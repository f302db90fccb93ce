# what is wrong: the running variance takes the biased variance of the batch, without m / (m - 1)
# told: remembers_the_biased_variance
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    dims = [d for d in range(x.dim()) if d != 1]
    shape = [1] * x.dim()
    shape[1] = x.size(1)
    if training:
        if x.numel() == x.size(1):
            raise ValueError("single value per feature")
        mu = x.mean(dims)
        var = ((x - mu.reshape(shape)) ** 2).mean(dims)
        running_mean.mul_(1 - momentum).add_(momentum * mu)
        running_var.mul_(1 - momentum).add_(momentum * var)
    else:
        mu, var = running_mean, running_var
    x_hat = (x - mu.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)
