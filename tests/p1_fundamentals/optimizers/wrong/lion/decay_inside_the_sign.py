# what is wrong: the weight decay is added to the mixture, as in Adam, and its size is lost in the sign
# told: couples_the_decay
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
        eta, (beta1, beta2), lam = group["lr"], group["betas"], group["weight_decay"]
        for theta in params:
            g = theta.grad
            state = self.state.setdefault(theta, {"exp_avg": torch.zeros_like(theta)})
            c = beta1 * state["exp_avg"] + (1 - beta1) * g + lam * theta
            theta.sub_(eta * torch.sign(c))
            state["exp_avg"].mul_(beta2).add_(g, alpha=1 - beta2)
