# what is wrong: a matrix with more rows than columns is not transposed, so X X^T has more elements than G
# told: multiplies_out_the_long_side
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    a, b, c = COEFFICIENTS
    X = G / (torch.sqrt((G ** 2).sum()) + EPS)
    for _ in range(steps):
        XXt = X @ X.T
        X = a * X + b * XXt @ X + c * XXt @ XXt @ X
    return X


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        eta, mu, lam = group["lr"], group["momentum"], group["weight_decay"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"momentum_buffer": torch.zeros_like(p)}
            B = self.state[p]["momentum_buffer"]
            B.copy_(mu * B + (1 - mu) * p.grad)
            D = B
            if group["nesterov"]:
                D = mu * B + (1 - mu) * p.grad
            D = D.flatten(1)
            factor = max(1.0, D.shape[0] / D.shape[1]) ** 0.5
            O = newton_schulz(D, steps=group["ns_steps"]).reshape(p.shape)
            p.copy_((1 - eta * lam) * p - eta * factor * O)


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    excluded = set(head.parameters())
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            excluded.update(module.parameters())
    matrices = [p for p in model.parameters() if p.ndim >= 2 and p not in excluded]
    others = [p for p in model.parameters() if p.ndim < 2 or p in excluded]
    return matrices, others
