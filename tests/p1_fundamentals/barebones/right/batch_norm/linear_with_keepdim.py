"""torch.var_mean with kept dimensions, lerp_, and y = scale x + shift as a fast kernel computes it."""
import torch


def batch_norm(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    dims = [d for d in range(x.dim()) if d != 1]
    shape = [1] * x.dim()
    shape[1] = x.size(1)
    if training:
        n = x.numel() / x.size(1)
        if n <= 1:
            raise ValueError("Expected more than 1 value per channel when training")
        var, mean = torch.var_mean(x, dim=dims, unbiased=False, keepdim=True)
        running_mean.lerp_(mean.reshape(-1), momentum)
        running_var.lerp_(var.reshape(-1) * (n / (n - 1)), momentum)
    else:
        mean, var = running_mean.reshape(shape), running_var.reshape(shape)
    scale = gamma.reshape(shape) / (var + eps).sqrt()
    shift = beta.reshape(shape) - mean * scale
    return x * scale + shift
