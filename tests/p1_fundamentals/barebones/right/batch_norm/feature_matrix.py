"""Everything as a matrix (features, values), and back."""
import torch


def batch_norm(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    swapped = x.transpose(0, 1)                      # (features, batch, ...)
    rows = swapped.reshape(x.shape[1], -1)           # (features, values)
    if training:
        m = rows.shape[1]
        if m == 1:
            raise ValueError("one value")
        mean = rows.mean(1)
        centred = rows - mean[:, None]
        var = (centred ** 2).sum(1) / m
        running_mean.mul_(1 - momentum).add_(mean, alpha=momentum)
        running_var.mul_(1 - momentum).add_((centred ** 2).sum(1) / (m - 1), alpha=momentum)
    else:
        mean, var = running_mean, running_var
        centred = rows - mean[:, None]
    y = gamma[:, None] * centred * torch.rsqrt(var + eps)[:, None] + beta[:, None]
    return y.reshape(swapped.shape).transpose(0, 1)
