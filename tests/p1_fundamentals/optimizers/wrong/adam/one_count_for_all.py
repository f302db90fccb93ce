# what is wrong: the optimiser counts its steps once, and corrects all parameters with that count
# told: counts_for_all_together
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, amsgrad: bool = False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    count = 0

    def step(self) -> None:
        if not self.count and self.state:           # resumed
            self.count = max(int(s["step"]) for s in self.state.values())
        self.count += 1
        super().step()

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, (b1, b2), eps, lam = group["lr"], group["betas"], group["eps"], group["weight_decay"]
        t = self.count
        for p in params:
            g = p.grad
            if lam and not self.decoupled:
                g = g + lam * p
            if p not in self.state:
                self.state[p] = dict(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
            state = self.state[p]
            state["step"] = t
            m, v = state["exp_avg"], state["exp_avg_sq"]
            m.copy_(b1 * m + (1 - b1) * g)
            v.copy_(b2 * v + (1 - b2) * g * g)
            if group["amsgrad"]:
                w = state.get("max_exp_avg_sq", torch.zeros_like(p))
                v = state["max_exp_avg_sq"] = torch.maximum(w, v)
            if self.decoupled:
                p -= lr * lam * p
            p -= lr * (m / (1 - b1 ** t)) / ((v / (1 - b2 ** t)).sqrt() + eps)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
