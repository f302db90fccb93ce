# what is wrong: the sign is made with torch.where, and the sign of 0 is -1
# told: moves_at_zero
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        if lr < 0:
            raise ValueError(f"lr is {lr}, below 0")
        if weight_decay < 0:
            raise ValueError(f"weight_decay is {weight_decay}, below 0")
        for beta in betas:
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"{beta} in betas is not in [0, 1)")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, (b1, b2), lam = group["lr"], group["betas"], group["weight_decay"]
        for p in params:
            state = self.state.setdefault(p, {})
            m = state.get("exp_avg", torch.zeros_like(p))
            c = b1 * m + (1 - b1) * p.grad
            up_or_down = torch.where(c > 0, torch.ones_like(c), -torch.ones_like(c))
            p.sub_(lr * (up_or_down + lam * p))
            state["exp_avg"] = b2 * m + (1 - b2) * p.grad
