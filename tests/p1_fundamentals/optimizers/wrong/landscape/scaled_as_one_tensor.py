# what is wrong: The direction is scaled by the norm of the whole parameter, not filter by filter.
# told: scales_whole_tensors
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

Direction = Sequence[Tensor]


def random_direction(model: nn.Module, generator: torch.Generator) -> list[Tensor]:
    result = []
    for p in model.parameters():
        if p.ndim <= 1:
            result.append(torch.zeros_like(p))
            continue
        noise = torch.randn(p.shape, generator=generator, dtype=p.dtype)
        result.append(noise * (vector_norm(p.detach()) / vector_norm(noise)))
    return result


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
