# what is wrong: The numbers of a filter are drawn uniformly from -1 to 1, not from the normal distribution.
# told: draws_from_a_cube
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

Direction = Sequence[Tensor]


def random_direction(model, generator):
    def part(p):
        if p.dim() < 2:
            return torch.zeros_like(p)
        rows = p.detach().flatten(1)
        draw = 2 * torch.rand(rows.shape, generator=generator, dtype=p.dtype) - 1
        draw *= rows.norm(dim=1, keepdim=True) / draw.norm(dim=1, keepdim=True)
        return draw.reshape(p.shape)

    return [part(p) for p in model.parameters()]


def check(params, directions):
    for direction in directions:
        if len(direction) != len(params) or any(d.shape != p.shape for d, p in zip(direction, params)):
            raise ValueError("a direction does not fit the parameters")


def loss_at(model, loss, directions, coefficients):
    params = list(model.parameters())
    check(params, directions)
    old = [p.detach().clone() for p in params]
    modes = {m: m.training for m in model.modules()}
    tables = [(m._buffers, dict(m._buffers)) for m in model.modules()]
    stats = [(b, b.clone()) for b in model.buffers()]
    with torch.no_grad():
        try:
            for i, p in enumerate(params):
                p.copy_(sum((c * d[i] for c, d in zip(coefficients, directions)), old[i]))
            return float(loss(model))
        finally:
            for p, o in zip(params, old):
                p.copy_(o)
            for table, kept in tables:
                table.clear()
                table.update(kept)
            for b, o in stats:
                b.copy_(o)
            for m, mode in modes.items():
                m.training = mode


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
