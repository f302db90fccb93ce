# what is wrong: the momentum is the sum of SGD, to which each gradient is added whole, and not a moving average
# told: sums_gradients_up
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    rows, cols = G.shape
    if rows > cols:
        return newton_schulz(G.mT, steps=steps).mT
    X = G / (torch.linalg.vector_norm(G) + EPS)
    for _ in range(steps):
        gram = X @ X.mT
        cubic = gram @ X
        X = COEFFICIENTS[0] * X + COEFFICIENTS[1] * cubic + COEFFICIENTS[2] * (gram @ cubic)
    return X


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, mu = group["lr"], group["momentum"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"momentum_buffer": torch.zeros_like(p)}
            buffer = self.state[p]["momentum_buffer"]
            buffer.mul_(mu).add_(p.grad)
            # a factor for all of D makes no difference to newton_schulz
            direction = p.grad.add(buffer, alpha=mu) if group["nesterov"] else buffer
            direction = direction.flatten(start_dim=1)
            rows, cols = direction.shape
            step = newton_schulz(direction, steps=group["ns_steps"]).reshape(p.shape)
            p.mul_(1 - lr * group["weight_decay"])
            p.add_(step, alpha=-lr * max(1, rows / cols) ** 0.5)


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    excluded = set(head.parameters())
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            excluded.update(module.parameters())
    matrices = [p for p in model.parameters() if p.ndim >= 2 and p not in excluded]
    others = [p for p in model.parameters() if p.ndim < 2 or p in excluded]
    return matrices, others
