# what is wrong: a beta of 1 passes the check, with which the average would never leave 0
# told: takes_any_betas
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        if lr < 0 or weight_decay < 0:
            raise ValueError("lr and weight_decay must not be negative")
        if min(betas) < 0 or max(betas) > 1:
            raise ValueError("betas must be between 0 and 1")
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros_like(p)}
            m = self.state[p]["exp_avg"]
            c = m.mul(beta1).add_(p.grad, alpha=1 - beta1)
            p.sub_(lr * (c.sign() + decay * p))
            m.mul_(beta2).add_(p.grad, alpha=1 - beta2)
