# what is wrong: the parameter is moved by the sign first, and what decays is the moved parameter
# told: decays_after_the_step
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
        lr, decay = group["lr"], group["weight_decay"]
        beta1, beta2 = group["betas"]
        for p in params:
            if p not in self.state:
                self.state[p] = dict(exp_avg=torch.zeros_like(p))
            m = self.state[p]["exp_avg"]
            c = m * beta1 + p.grad * (1 - beta1)
            p.sub_(c.sign(), alpha=lr)
            if decay != 0:
                p.sub_(p, alpha=lr * decay)
            m.lerp_(p.grad, 1 - beta2)
