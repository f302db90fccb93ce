"""The three ways one by one, as the paper writes them."""
import math

import torch


def batch_norm_backward(grad, x, gamma, mean, inv_std, *, training):
    dims = [0] + list(range(2, x.dim()))
    shape = [1, -1] + [1] * (x.dim() - 2)
    mu, s, g = mean.reshape(shape), inv_std.reshape(shape), gamma.reshape(shape)

    centred = x - mu
    dgamma = torch.sum(grad * centred * s, dim=dims)
    dbeta = torch.sum(grad, dim=dims)

    dxhat = grad * g
    if not training:
        return dxhat * s, dgamma, dbeta
    m = math.prod(x.shape[d] for d in dims)
    dvar = torch.sum(dxhat * centred, dim=dims, keepdim=True) * (-0.5) * s ** 3
    dmean = -torch.sum(dxhat * s, dim=dims, keepdim=True) - 2 * dvar * torch.mean(centred, dim=dims, keepdim=True)
    dx = dxhat * s + dvar * 2 * centred / m + dmean / m
    return dx, dgamma, dbeta
