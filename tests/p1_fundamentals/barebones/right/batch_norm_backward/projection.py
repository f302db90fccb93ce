"""As a matrix (features, values), from which the parts along the ones and along the normalised values are taken off."""
import torch


def batch_norm_backward(grad, x, gamma, mean, inv_std, *, training):
    def rows(t):
        return t.movedim(1, 0).flatten(1)

    g, normed = rows(grad), inv_std[:, None] * (rows(x) - mean[:, None])
    m = g.shape[1]
    dgamma = torch.einsum("cm,cm->c", g, normed)
    dbeta = g.sum(1)
    if training:
        ones = torch.ones_like(dbeta)
        g = g - torch.outer(ones, g.new_ones(m)) * (dbeta / m)[:, None] - normed * (dgamma / m)[:, None]
    dx = (gamma * inv_std)[:, None] * g
    return dx.unflatten(1, (x.shape[0], *x.shape[2:])).movedim(0, 1), dgamma, dbeta
