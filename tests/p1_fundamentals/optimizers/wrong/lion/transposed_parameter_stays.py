# what is wrong: parameters are flattened with reshape, which makes a copy where the memory is not in order, and the copy is
# moved
# told: moves_a_flat_copy
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
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros(p.shape, dtype=p.dtype)}
            self._move(p.reshape(-1), p.grad.reshape(-1), self.state[p]["exp_avg"].view(-1), lr, beta1, beta2, decay)

    @staticmethod
    def _move(theta: Tensor, g: Tensor, m: Tensor, lr: float, beta1: float, beta2: float, decay: float) -> None:
        c = beta1 * m + (1 - beta1) * g
        theta.mul_(1 - lr * decay)
        theta.sub_(lr * c.sign())
        m.mul_(beta2).add_(g, alpha=1 - beta2)
