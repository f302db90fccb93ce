# how: A context manager that remembers the model and puts it back, and an orthonormal basis of the plane for the projection.
from collections.abc import Callable, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn
from torch.linalg import vector_norm

Direction = Sequence[Tensor]


def random_direction(model: nn.Module, generator: torch.Generator) -> list[Tensor]:
    return [_like(p.detach(), generator) for p in model.parameters()]


def _like(w: Tensor, generator: torch.Generator) -> Tensor:
    if w.ndim < 2:
        return torch.zeros_like(w)
    drawn = torch.randn(w.shape, generator=generator, dtype=torch.float64, device=generator.device).to(w.device)
    within = tuple(range(1, w.ndim))
    unit = drawn / vector_norm(drawn, dim=within, keepdim=True)
    return (unit * vector_norm(w.double(), dim=within, keepdim=True)).to(w.dtype)


def _expanded(t: Tensor) -> bool:
    """A tensor whose numbers share their memory: it cannot be written to, so nobody has changed it in place."""
    return t.layout == torch.strided and any(n > 1 and s == 0 for n, s in zip(t.shape, t.stride()))


@contextmanager
def _unchanged(model: nn.Module):
    modules = list(model.modules())
    modes = [module.training for module in modules]
    registered = [dict(module._buffers) for module in modules]
    tensors = [t.detach() for t in (*model.parameters(), *model.buffers()) if not _expanded(t)]
    numbers = [t.clone() for t in tensors]
    try:
        yield
    finally:
        with torch.no_grad():
            for t, kept in zip(tensors, numbers):
                t.copy_(kept)
        for module, mode, buffers in zip(modules, modes, registered):
            module.training = mode
            module._buffers.clear()
            module._buffers.update(buffers)


def loss_at(model: nn.Module, loss: Callable, directions: Sequence[Direction], coefficients: Sequence[float]) -> float:
    shapes = [p.shape for p in model.parameters()]
    for k, direction in enumerate(directions):
        if [d.shape for d in direction] != shapes:
            raise ValueError(f"direction {k} does not have the shapes of the parameters")
    with _unchanged(model), torch.no_grad():
        for i, p in enumerate(model.parameters()):
            target = p.clone()
            for direction, c in zip(directions, coefficients, strict=True):
                target.add_(direction[i], alpha=float(c))
            p.copy_(target)
        return float(loss(model))


def loss_along(model: nn.Module, loss: Callable, direction: Direction,
               alphas: Float[Tensor, "alphas"]) -> Float64[Tensor, "alphas"]:
    losses = torch.empty(len(alphas), dtype=torch.float64)
    for i, alpha in enumerate(alphas.tolist()):
        losses[i] = loss_at(model, loss, (direction,), (alpha,))
    return losses


def loss_surface(model: nn.Module, loss: Callable, directions: Sequence[Direction], alphas: Float[Tensor, "alphas"],
                 betas: Float[Tensor, "betas"]) -> Float64[Tensor, "alphas betas"]:
    losses = torch.empty(len(alphas), len(betas), dtype=torch.float64)
    for i, alpha in enumerate(alphas.tolist()):
        for j, beta in enumerate(betas.tolist()):
            losses[i, j] = loss_at(model, loss, directions, (alpha, beta))
    return losses


def project(path: Sequence[Direction], centre: Direction, directions: Sequence[Direction]) -> Float64[Tensor, "states 2"]:
    basis, triangle = torch.linalg.qr(torch.stack([_flat(d) for d in directions], dim=1))
    away = torch.stack([_flat(state) - _flat(centre) for state in path])
    return torch.linalg.solve_triangular(triangle, basis.T @ away.T, upper=True).T.contiguous()


def _flat(tensors: Direction) -> Tensor:
    return torch.cat([t.detach().double().flatten() for t in tensors])
