# how: a loop over the features, with Python floats (float64) for the statistics of each, written into the running tensors one by one
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    m = x[:, 0].numel()
    if training and m == 1:
        raise ValueError("one value per feature")
    y = torch.empty_like(x)
    for f in range(x.shape[1]):
        values = x[:, f].double()
        if training:
            mean = (values.sum() / m).item()
            var = (((values - mean) ** 2).sum() / m).item()
            running_mean[f] = (1 - momentum) * running_mean[f].item() + momentum * mean
            running_var[f] = (1 - momentum) * running_var[f].item() + momentum * var * m / (m - 1)
        else:
            mean, var = running_mean[f].item(), running_var[f].item()
        y[:, f] = gamma[f] * (values - mean) / (var + eps) ** 0.5 + beta[f]
    return y
