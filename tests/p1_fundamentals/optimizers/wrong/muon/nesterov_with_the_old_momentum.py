# what is wrong: the look ahead is made with the momentum before this step, so D is only the new momentum
# told: never_looks_ahead
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    a, b, c = COEFFICIENTS
    X = G / (G.norm() + EPS)
    if G.shape[0] > G.shape[1]:
        X = X.T
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X.T if G.shape[0] > G.shape[1] else X


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, mu, lam = group["lr"], group["momentum"], group["weight_decay"]
        for p in params:
            g = p.grad
            if p not in self.state:
                self.state[p] = {"momentum_buffer": torch.zeros_like(p)}
            old = self.state[p]["momentum_buffer"]
            new = mu * old + (1 - mu) * g
            D = mu * old + (1 - mu) * g if group["nesterov"] else new
            self.state[p]["momentum_buffer"] = new
            D = D.reshape(p.shape[0], -1)
            scale = max(1, D.shape[0] / D.shape[1]) ** 0.5
            p.mul_(1 - lr * lam).sub_(lr * scale * newton_schulz(D, steps=group["ns_steps"]).reshape(p.shape))


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    excluded = set(head.parameters())
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            excluded.update(module.parameters())
    matrices = [p for p in model.parameters() if p.ndim >= 2 and p not in excluded]
    others = [p for p in model.parameters() if p.ndim < 2 or p in excluded]
    return matrices, others
