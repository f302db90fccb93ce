# what is wrong: with space axes each pixel is normalised by itself, over axis 0 only; the running statistics get the mean of that over the pixels
# told: measures_each_pixel
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    c = (slice(None),) + (None,) * (x.ndim - 2)
    space = tuple(range(1, x.ndim - 1))
    if training:
        count = x.numel() // x.shape[1]
        if count < 2:
            raise ValueError("too few values")
        mean = x.mean(dim=0)
        var = ((x - mean) ** 2).mean(dim=0)
        m, v = (mean.mean(dim=space), var.mean(dim=space)) if space else (mean, var)
        running_mean.lerp_(m, momentum)
        running_var.lerp_(v * count / (count - 1), momentum)
    else:
        mean, var = running_mean[c], running_var[c]
    return gamma[c] * (x - mean) / torch.sqrt(var + eps) + beta[c]
