# what is wrong: Buffers and modes are put back after the last point only, so that one point changes the next.
# told: restores_after_the_last_point
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


def _losses(model, loss, directions, points):
    """The losses at many points: everything is remembered once, and only the parameters are set for each point."""
    params = list(model.parameters())
    check(params, directions)
    theta = [p.detach().clone() for p in params]
    tables = [(m._buffers, dict(m._buffers)) for m in model.modules()]
    buffers = [(b, b.clone()) for b in model.buffers()]
    modes = [(m, m.training) for m in model.modules()]
    values = []
    with torch.no_grad():
        try:
            for point in points:
                for i, p in enumerate(params):
                    p.copy_(theta[i])
                    for c, direction in zip(point, directions):
                        p.add_(direction[i], alpha=c)
                values.append(float(loss(model)))
        finally:
            for p, t in zip(params, theta):
                p.copy_(t)
            for table, kept in tables:
                table.clear()
                table.update(kept)
            for b, old in buffers:
                b.copy_(old)
            for m, mode in modes:
                m.training = mode
    return torch.tensor(values, dtype=torch.float64)


def loss_at(model, loss, directions, coefficients):
    return _losses(model, loss, directions, [coefficients]).item()


def loss_along(model, loss, direction, alphas):
    return _losses(model, loss, [direction], [[a] for a in alphas.tolist()])


def loss_surface(model, loss, directions, alphas, betas):
    grid = [(a, b) for a in alphas.tolist() for b in betas.tolist()]
    return _losses(model, loss, directions, grid).reshape(len(alphas), len(betas))


def project(path, centre, directions):
    def flatten(tensors):
        return torch.cat([t.detach().double().flatten() for t in tensors])

    d = torch.stack([flatten(x) for x in directions])
    u = torch.stack([flatten(s) for s in path]) - flatten(centre)
    return torch.linalg.solve(d @ d.T, d @ u.T).T
