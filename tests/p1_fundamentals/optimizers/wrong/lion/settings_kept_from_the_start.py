# what is wrong: update uses the settings that were handed to the constructor, so schedules and settings of groups do nothing
# told: reads_the_defaults
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight decay: {weight_decay}")
        if any(beta < 0.0 or beta >= 1.0 for beta in betas):
            raise ValueError(f"Invalid betas: {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.weight_decay = weight_decay

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros_like(p)}
            exp_avg = self.state[p]["exp_avg"]
            c = self.beta1 * exp_avg + (1 - self.beta1) * p.grad
            p.mul_(1 - self.lr * self.weight_decay)
            p.add_(c.sign(), alpha=-self.lr)
            exp_avg.mul_(self.beta2).add_(p.grad, alpha=1 - self.beta2)
