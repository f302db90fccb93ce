# how: one affine map y = scale x + shift as the chapter says of evaluation, in training as well: off by a few roundings of the values of x, as the text allows; features moved to the last axis; var_mean
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    z = x.movedim(1, -1)
    if training:
        rows = z.reshape(-1, z.shape[-1])
        if len(rows) < 2:
            raise ValueError("two values or more, please")
        var, mean = torch.var_mean(rows, dim=0, correction=0)
        running_mean.lerp_(mean, momentum)
        running_var.lerp_(var * (len(rows) / (len(rows) - 1)), momentum)
    else:
        mean, var = running_mean, running_var
    scale = gamma * (var + eps).rsqrt()
    return torch.addcmul(beta - mean * scale, z, scale).movedim(-1, 1)
