# what is wrong: training refuses every batch of one example, also a single image, whose channels have h * w values
# told: refuses_a_single_image
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    if training:
        if x.shape[0] < 2:
            raise ValueError("batch norm needs at least two examples in training")
        var, mean = torch.var_mean(x, dim=axes, correction=0)
        m = x.numel() // x.shape[1]
        running_mean.mul_(1 - momentum).add_(mean, alpha=momentum)
        running_var.mul_(1 - momentum).add_(var, alpha=momentum * m / (m - 1))
    else:
        mean, var = running_mean, running_var
    return (x - mean.reshape(shape)) * (gamma / (var + eps).sqrt()).reshape(shape) + beta.reshape(shape)
