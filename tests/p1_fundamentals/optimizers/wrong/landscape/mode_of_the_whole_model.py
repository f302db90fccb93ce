# what is wrong: Only the model's own mode is kept, and train(mode) puts it on every module, a frozen batch norm too.
# told: one_mode_for_all
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
    training = model.training
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
            model.train(training)


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
