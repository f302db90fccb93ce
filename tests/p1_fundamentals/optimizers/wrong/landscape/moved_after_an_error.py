# what is wrong: Where the loss raises an error nothing is put back: the model stays at the moved point.
# told: restores_without_finally
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

Direction = Sequence[Tensor]


def random_direction(model, generator):
    parts = []
    for p in model.parameters():
        if p.dim() < 2:
            parts.append(torch.zeros_like(p, requires_grad=False))
        else:
            d = torch.randn(p.shape, generator=generator, dtype=p.dtype)
            axes = tuple(range(1, p.dim()))
            ratio = vector_norm(p.detach(), dim=axes, keepdim=True) / vector_norm(d, dim=axes, keepdim=True)
            parts.append(d * ratio)
    return parts


def check(params, directions):
    for direction in directions:
        if len(direction) != len(params) or any(d.shape != p.shape for d, p in zip(direction, params)):
            raise ValueError("a direction does not fit the parameters")


@torch.no_grad()
def loss_at(model, loss, directions, coefficients):
    params = list(model.parameters())
    check(params, directions)

    # remember
    weights = [p.clone() for p in params]
    tables = [(m._buffers, dict(m._buffers)) for m in model.modules()]
    buffers = [(b, b.clone()) for b in model.buffers()]
    modes = [(m, m.training) for m in model.modules()]

    # move and look
    for direction, c in zip(directions, coefficients):
        torch._foreach_add_(params, list(direction), alpha=c)
    value = float(loss(model))

    # put back
    for p, w in zip(params, weights):
        p.copy_(w)
    for table, kept in tables:
        table.clear()
        table.update(kept)
    for b, old in buffers:
        b.copy_(old)
    for m, mode in modes:
        m.training = mode
    return value


def loss_along(model, loss, direction, alphas):
    return torch.tensor([loss_at(model, loss, [direction], [a]) for a in alphas.tolist()], dtype=torch.float64)


def loss_surface(model, loss, directions, alphas, betas):
    rows = [[loss_at(model, loss, directions, [a, b]) for b in betas.tolist()] for a in alphas.tolist()]
    return torch.tensor(rows, dtype=torch.float64)


def project(path, centre, directions):
    def flatten(tensors):
        return torch.cat([t.detach().double().flatten() for t in tensors])

    d = torch.stack([flatten(x) for x in directions])
    u = torch.stack([flatten(s) for s in path]) - flatten(centre)
    return torch.linalg.solve(d @ d.T, d @ u.T).T
