# how: one new tensor for the mixture, and everything else in place
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        beta1, beta2 = betas
        if not (lr >= 0 and weight_decay >= 0 and 0 <= beta1 < 1 and 0 <= beta2 < 1):
            raise ValueError(f"not settings for Lion: lr={lr}, betas={betas}, weight_decay={weight_decay}")
        super().__init__(params, {"lr": lr, "betas": (beta1, beta2), "weight_decay": weight_decay})

    def update(self, params: list[Tensor], group: dict) -> None:
        beta1, beta2 = group["betas"]
        for p in params:
            try:
                average = self.state[p]["exp_avg"]
            except KeyError:
                average = torch.zeros_like(p, requires_grad=False)
                self.state[p] = {"exp_avg": average}
            direction = average.mul(beta1).add_(p.grad, alpha=1 - beta1).sign_()
            average.mul_(beta2).add_(p.grad, alpha=1 - beta2)
            direction.add_(p, alpha=group["weight_decay"])
            p.sub_(direction, alpha=group["lr"])
