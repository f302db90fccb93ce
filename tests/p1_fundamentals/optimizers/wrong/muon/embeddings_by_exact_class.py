# what is wrong: only modules whose class is nn.Embedding itself are found, and not those of a class made from it
# told: overlooks_classes_made_from_embedding
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
    special = [m for m in model.modules() if type(m) is nn.Embedding or m is head]
    special_ids = {id(p) for m in special for p in m.parameters()}
    for_muon = lambda p: p.ndim >= 2 and id(p) not in special_ids
    params = list(model.parameters())
    return [p for p in params if for_muon(p)], [p for p in params if not for_muon(p)]
