# Row by row, with sums that start at zeros of the right dtype; masks are written into copies.
import torch


def affine(x, weight, bias):
    rows = x.reshape(-1, weight.shape[1])
    out = torch.empty(len(rows), len(weight), dtype=x.dtype)
    for r in range(len(rows)):
        out[r] = weight.mv(rows[r]) + bias
    return out.reshape(x.shape[:-1] + (len(weight),))


def affine_backward(grad, x, weight):
    of_x = torch.empty(x.shape, dtype=x.dtype)
    of_weight = torch.zeros(weight.shape, dtype=weight.dtype)
    of_bias = torch.zeros(weight.shape[0], dtype=weight.dtype)
    flat_g, flat_x = grad.flatten(0, -2) if grad.dim() > 1 else grad[None], x.flatten(0, -2) if x.dim() > 1 else x[None]
    flat_of_x = of_x.view(-1, weight.shape[1])
    for r, (g, row) in enumerate(zip(flat_g, flat_x)):
        flat_of_x[r] = weight.T.mv(g)
        of_weight += g[:, None] * row[None, :]
        of_bias += g
    return of_x, of_weight, of_bias


def relu(x):
    out = x.clone()
    out[x < 0] = 0
    return out


def relu_backward(grad, x):
    out = grad.clone()
    out[x <= 0] = 0.0
    return out
