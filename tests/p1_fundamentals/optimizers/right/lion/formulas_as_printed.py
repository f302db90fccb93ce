# how: the three formulas as they are printed, with new tensors copied into the parameter at the end
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        for name, value in (("lr", lr), ("weight_decay", weight_decay)):
            if value < 0:
                raise ValueError(f"{name} is {value}, which is below 0")
        for beta in betas:
            if beta < 0 or beta >= 1:
                raise ValueError(f"a beta is {beta}, which is not in [0, 1)")
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def update(self, params: list[Tensor], group: dict) -> None:
        eta, (beta1, beta2), lam = group["lr"], group["betas"], group["weight_decay"]
        for theta in params:
            state = self.state.setdefault(theta, {})
            m, g = state.get("exp_avg", torch.zeros_like(theta)), theta.grad
            c = beta1 * m + (1 - beta1) * g
            state["exp_avg"] = beta2 * m + (1 - beta2) * g
            theta.copy_(theta - eta * (torch.sign(c) + lam * theta))
