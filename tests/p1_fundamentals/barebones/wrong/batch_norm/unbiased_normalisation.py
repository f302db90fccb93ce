# what is wrong: torch.var with its default (n - 1) is used to normalise as well as for the running variance
# told: normalises_with_the_unbiased_variance
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    dims = tuple(i for i in range(x.ndim) if i != 1)
    per_feature = lambda t: t.reshape(1, -1, *([1] * (x.ndim - 2)))
    if training:
        if x.numel() // x.shape[1] == 1:
            raise ValueError("one value per feature")
        mean, var = x.mean(dim=dims), x.var(dim=dims)
        running_mean += momentum * (mean - running_mean)
        running_var += momentum * (var - running_var)
    else:
        mean, var = running_mean, running_var
    return per_feature(gamma) * (x - per_feature(mean)) / (per_feature(var) + eps).sqrt() + per_feature(beta)
