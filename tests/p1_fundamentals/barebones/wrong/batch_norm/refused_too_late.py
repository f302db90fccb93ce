# what is wrong: for a single value ValueError is raised only after the running mean has been moved
# told: moves_before_it_refuses
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    m = x.numel() // x.shape[1]
    mean, var = running_mean, running_var
    if training:
        mean = x.mean(dim=axes)
        running_mean.copy_((1 - momentum) * running_mean + momentum * mean)
        if m == 1:
            raise ValueError("no variance can be estimated from one value")
        var = (x - mean.reshape(shape)).square().mean(dim=axes)
        running_var.copy_((1 - momentum) * running_var + momentum * var * m / (m - 1))
    normed = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + eps)
    return normed * gamma.reshape(shape) + beta.reshape(shape)
