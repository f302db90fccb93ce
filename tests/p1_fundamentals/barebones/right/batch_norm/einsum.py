# how: (features, m) matrix, einsum for the sums, mean corrected once more; running statistics by in-place operators; a transposed, not contiguous result
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    swapped = x.transpose(0, 1)
    A = swapped.reshape(x.shape[1], -1)
    m = A.shape[1]
    if training:
        if not m > 1:
            raise ValueError(f"a feature has {m} value")
        mu = torch.einsum("fm->f", A) / m
        mu = mu + torch.einsum("fm->f", A - mu[:, None]) / m
        centred = A - mu[:, None]
        var = torch.einsum("fm,fm->f", centred, centred) / m
        running_mean *= 1 - momentum
        running_mean += momentum * mu
        running_var *= 1 - momentum
        running_var += momentum * m * var / (m - 1)
    else:
        centred, var = A - running_mean[:, None], running_var
    std = torch.sqrt(eps + var)
    return torch.einsum("fm,f->fm", centred / std[:, None], gamma).add(beta[:, None]).reshape(swapped.shape).transpose(0, 1)
