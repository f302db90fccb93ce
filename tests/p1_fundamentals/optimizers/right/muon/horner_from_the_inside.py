# how: the polynomial by Horner, X (a + A (b + c A)), and the momentum with new tensors in every step
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    a, b, c = COEFFICIENTS
    short_first = G if G.size(0) <= G.size(1) else G.t()
    X = short_first / (short_first.square().sum().sqrt() + EPS)
    eye = torch.eye(X.size(0), dtype=G.dtype, device=G.device)
    for _ in range(steps):
        A = X @ X.t()
        X = (a * eye + A @ (b * eye + c * A)) @ X
    return X if short_first is G else X.t()


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            old = self.state[p]["momentum_buffer"] if p in self.state else torch.zeros_like(p)
            new = old * group["momentum"] + p.grad * (1 - group["momentum"])
            self.state[p] = {"momentum_buffer": new}
            ahead = new * group["momentum"] + p.grad * (1 - group["momentum"]) if group["nesterov"] else new
            rows, cols = p.shape[0], p.numel() // p.shape[0]
            step = newton_schulz(ahead.reshape(rows, cols), steps=group["ns_steps"]).reshape(p.shape)
            length = group["lr"] * max(1, rows / cols) ** 0.5
            p.sub_(length * step + group["lr"] * group["weight_decay"] * p)


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    excluded = set(head.parameters())
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            excluded.update(module.parameters())
    matrices = [p for p in model.parameters() if p.ndim >= 2 and p not in excluded]
    others = [p for p in model.parameters() if p.ndim < 2 or p in excluded]
    return matrices, others
