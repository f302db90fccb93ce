"""A loop over the features."""
import math

import torch


def batch_norm(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    if training and math.prod(x.shape) // x.shape[1] < 2:
        raise ValueError("a feature has a single value")
    y = torch.empty_like(x)
    for c in range(x.shape[1]):
        values = x[:, c]
        if training:
            mean, var = values.mean(), values.var(unbiased=False)
            running_mean[c] += momentum * (mean - running_mean[c])
            running_var[c] += momentum * (values.var() - running_var[c])
        else:
            mean, var = running_mean[c], running_var[c]
        y[:, c] = (values - mean) / torch.sqrt(var + eps) * gamma[c] + beta[c]
    return y
