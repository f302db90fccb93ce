# what is wrong: momentum is taken as the share of the old running statistics (as in the cs231n notes and Keras), r = alpha r + (1 - alpha) mu
# told: momentum_of_the_old_value
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    axis = (0,) + tuple(range(2, x.ndim))
    view = (1, x.shape[1]) + (1,) * (x.ndim - 2)
    if training:
        m = x[:, 0].numel()
        if m == 1:
            raise ValueError("cannot train with one value")
        sample_mean = x.mean(axis)
        sample_var = (x - sample_mean.reshape(view)).pow(2).mean(axis)
        running_mean[:] = momentum * running_mean + (1 - momentum) * sample_mean
        running_var[:] = momentum * running_var + (1 - momentum) * sample_var * m / (m - 1)
    else:
        sample_mean, sample_var = running_mean, running_var
    x_norm = (x - sample_mean.reshape(view)) / torch.sqrt(sample_var.reshape(view) + eps)
    return gamma.reshape(view) * x_norm + beta.reshape(view)
