# how: the sign as the difference of two comparisons, and a method for a single parameter
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        if lr < 0:
            raise ValueError("lr below 0")
        if weight_decay < 0:
            raise ValueError("weight_decay below 0")
        if any(not 0 <= beta < 1 for beta in betas):
            raise ValueError("betas must be in [0, 1)")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            self._move(p, group["lr"], *group["betas"], group["weight_decay"])

    def _move(self, p: Tensor, lr: float, beta1: float, beta2: float, decay: float) -> None:
        fresh = p not in self.state
        if fresh:
            self.state[p] = {"exp_avg": p.grad.new_zeros(p.shape)}
        m = self.state[p]["exp_avg"]
        mixture = m * beta1 + p.grad * (1 - beta1)
        sign = (mixture > 0).to(p.dtype) - (mixture < 0).to(p.dtype)
        m.copy_(m * beta2 + p.grad * (1 - beta2))
        p.add_(-lr * sign - lr * decay * p)
