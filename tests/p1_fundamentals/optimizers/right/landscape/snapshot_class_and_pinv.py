# how: A class that holds the snapshot, with try, except and else; losses of a line and a plane go through one grid; pinv.
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

Direction = Sequence[Tensor]


@dataclass
class Snapshot:
    model: nn.Module
    modes: dict = field(default_factory=dict)
    registers: dict = field(default_factory=dict)
    numbers: list = field(default_factory=list)

    def __post_init__(self):
        for module in self.model.modules():
            self.modes[module] = module.training
            self.registers[module] = list(module._buffers.items())
        for t in [*self.model.parameters(), *self.model.buffers()]:
            strides = t.stride() if t.layout == torch.strided else ()
            if all(stride > 0 or size <= 1 for stride, size in zip(strides, t.shape)):
                self.numbers.append((t, t.detach().clone()))

    @torch.no_grad()
    def restore(self):
        for module, mode in self.modes.items():
            module.training = mode
            module._buffers.clear()
            module._buffers.update(self.registers[module])
        for t, before in self.numbers:
            t.copy_(before)


def random_direction(model: nn.Module, generator: torch.Generator) -> list[Tensor]:
    result = []
    for w in map(torch.Tensor.detach, model.parameters()):
        if w.ndim in (0, 1):
            result.append(torch.zeros_like(w))
            continue
        rows = w.to(torch.float64).reshape(len(w), math.prod(w.shape[1:]))
        draws = torch.empty(rows.shape, dtype=torch.float64, device=generator.device).normal_(generator=generator).to(w.device)
        scale = rows.square().sum(1).sqrt() / draws.square().sum(1).sqrt()
        result.append((scale[:, None] * draws).reshape(w.shape).to(w.dtype))
    return result


def loss_at(model: nn.Module, loss: Callable, directions: Sequence[Direction], coefficients: Sequence[float]) -> float:
    params = list(model.parameters())
    if any(len(direction) != len(params) for direction in directions):
        raise ValueError("a direction has one tensor for each parameter")
    if any(d.shape != p.shape for direction in directions for d, p in zip(direction, params)):
        raise ValueError("a direction's tensors have the shapes of the parameters")
    before = Snapshot(model)
    try:
        with torch.no_grad():
            steps = [torch.zeros_like(p, dtype=torch.float64) for p in params]
            for c, direction in zip(coefficients, directions):
                for step, d in zip(steps, direction):
                    step.add_(d, alpha=float(c))
            for p, step in zip(params, steps):
                p.copy_(p + step)
            value = loss(model)
            value = float(value)
    except BaseException:
        before.restore()
        raise
    else:
        before.restore()
    return value


def _grid(model, loss, directions, points: list, shape: tuple) -> Tensor:
    losses = [loss_at(model, loss, directions, point) for point in points]
    return torch.tensor(losses, dtype=torch.float64).reshape(shape)


def loss_along(model, loss, direction, alphas):
    return _grid(model, loss, [direction], [[a] for a in alphas.tolist()], (len(alphas),))


def loss_surface(model, loss, directions, alphas, betas):
    points = [[a, b] for a in alphas.tolist() for b in betas.tolist()]
    return _grid(model, loss, directions, points, (len(alphas), len(betas)))


def project(path, centre, directions):
    with torch.no_grad():
        vectors = [torch.cat([t.to(torch.float64).ravel() for t in tensors]) for tensors in (centre, *directions, *path)]
        theta, d1, d2, *states = vectors
        lengths = torch.stack([d1.norm(), d2.norm()])
        plane = torch.stack([d1, d2], dim=1) / lengths  # of length 1 each, so that no direction looks like rounding
        inverse = torch.linalg.pinv(plane)
        return torch.stack([inverse @ (state - theta) / lengths for state in states])
