"""The Jacobian of each feature, m by m, written out: slow, and right."""
import torch


def batch_norm_backward(grad, x, gamma, mean, inv_std, *, training):
    dx, dgamma, dbeta = torch.zeros_like(x), torch.zeros_like(gamma), torch.zeros_like(gamma)
    for c in range(x.shape[1]):
        g = grad[:, c].reshape(-1)
        xhat = (x[:, c].reshape(-1) - mean[c]) * inv_std[c]
        m = len(g)
        jacobian = torch.eye(m, dtype=x.dtype)
        if training:
            jacobian = jacobian - 1 / m - xhat[:, None] * xhat[None, :] / m
        dx[:, c] = (gamma[c] * inv_std[c] * (g @ jacobian)).reshape(grad[:, c].shape)
        dgamma[c] = g @ xhat
        dbeta[c] = g.sum()
    return dx, dgamma, dbeta
