# what is wrong: the average of the first step is the whole first gradient, as with the velocity of SGD, and not its share of an
# average from 0
# told: starts_with_the_gradient
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
        beta1, beta2 = group["betas"]
        for p in params:
            if p in self.state:
                m = self.state[p]["exp_avg"]
                c = beta1 * m + (1 - beta1) * p.grad
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)
            else:
                c = p.grad
                self.state[p] = {"exp_avg": p.grad.clone()}
            p.mul_(1 - group["lr"] * group["weight_decay"]).add_(c.sign(), alpha=-group["lr"])
