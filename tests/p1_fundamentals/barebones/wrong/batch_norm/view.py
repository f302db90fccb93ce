# what is wrong: x.view, which raises an error where the space axes of x do not lie in one piece in memory (a transposed image, every second column)
# told: views_of_strided_tensors
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    N, C = x.shape[0], x.shape[1]
    z = x.view(N, C, -1)
    if training:
        m = z.shape[0] * z.shape[2]
        if m == 1:
            raise ValueError("m = 1")
        mean = z.mean(dim=(0, 2))
        var = (z - mean[None, :, None]).pow(2).mean(dim=(0, 2))
        running_mean.mul_(1 - momentum).add_(momentum * mean)
        running_var.mul_(1 - momentum).add_(momentum * var * m / (m - 1))
    else:
        mean, var = running_mean, running_var
    y = gamma[None, :, None] * (z - mean[None, :, None]) / torch.sqrt(var + eps)[None, :, None] + beta[None, :, None]
    return y.reshape(x.shape)
