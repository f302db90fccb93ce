# what is wrong: The rate falls as lr / (1 + lr t) from the first step on, so twice the rate is not twice the first step.
# told: bends_the_rate
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


def decayed(lr, t):
    return lr / (1 + lr * t)


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, beta1: float = 0.9, beta2: float = 0.999):
        super().__init__(params, dict(lr=lr, beta1=beta1, beta2=beta2))

    def update(self, params: list[Tensor], group: dict) -> None:
        beta1, beta2 = group["beta1"], group["beta2"]
        for p in params:
            state = self.state.get(p) or {"step": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
            step = state["step"] + 1
            m = beta1 * state["m"] + (1 - beta1) * p.grad
            v = beta2 * state["v"] + (1 - beta2) * p.grad ** 2
            self.state[p] = {"step": step, "m": m, "v": v}
            p -= decayed(group["lr"], step) * (m / (1 - beta1 ** step)) / ((v / (1 - beta2 ** step)) ** 0.5 + 1e-8)
