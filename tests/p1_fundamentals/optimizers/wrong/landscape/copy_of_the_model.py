# what is wrong: The loss is called with a deep copy, not with the model itself.
# told: calls_with_a_copy
import copy
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


def loss_at(model: nn.Module, loss: Callable, directions: Sequence[Direction], coefficients: Sequence[float]) -> float:
    check(list(model.parameters()), directions)
    other = copy.deepcopy(model)  # then the original cannot change
    with torch.no_grad():
        for direction, c in zip(directions, coefficients):
            for p, d in zip(other.parameters(), direction):
                p.add_(c * d)
        return float(loss(other))


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
