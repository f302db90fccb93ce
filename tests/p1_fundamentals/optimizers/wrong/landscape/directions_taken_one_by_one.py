# what is wrong: The state is projected onto each direction by itself, which is right for orthogonal directions alone.
# told: projects_on_each_alone
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
    def dot(a, b):
        return sum((x.detach().double() * y.detach().double()).sum().item() for x, y in zip(a, b))

    places = []
    for state in path:
        u = [s.detach().double() - c.detach().double() for s, c in zip(state, centre)]
        places.append([dot(d, u) / dot(d, d) for d in directions])
    return torch.tensor(places, dtype=torch.float64)
