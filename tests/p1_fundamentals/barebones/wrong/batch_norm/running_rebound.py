# what is wrong: the running statistics are assigned to the local names, so the tensors of the caller never change
# told: names_another_tensor
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    dims = (0, *range(2, x.ndim))
    shape = (-1, *[1] * (x.ndim - 2))
    if training:
        m = x.numel() / x.shape[1]
        if m == 1:
            raise ValueError("one value")
        mean = x.mean(dim=dims)
        var = (x - mean.reshape(shape)).square().mean(dim=dims)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    else:
        mean, var = running_mean, running_var
    return gamma.reshape(shape) * (x - mean.reshape(shape)) / torch.sqrt(var + eps).reshape(shape) + beta.reshape(shape)
