# what is wrong: beta2 mixes the direction and beta1 renews the average
# told: swaps_the_betas
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
        lr, wd = group["lr"], group["weight_decay"]
        b1, b2 = group["betas"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros_like(p)}
            avg = self.state[p]["exp_avg"]
            direction = (b2 * avg + (1 - b2) * p.grad).sign()
            p -= lr * (direction + wd * p)
            avg.copy_(b1 * avg + (1 - b1) * p.grad)
