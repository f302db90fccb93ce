# what is wrong: the mixture is made in the tensor of the gradient, so p.grad holds signs after the step
# told: writes_into_the_gradient
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
            g = p.grad
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros_like(p)}
            m = self.state[p]["exp_avg"]
            old = m.clone()
            m.mul_(beta2).add_(g, alpha=1 - beta2)
            c = g.mul_(1 - beta1).add_(old, alpha=beta1)
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.sub_(c.sign_(), alpha=group["lr"])
