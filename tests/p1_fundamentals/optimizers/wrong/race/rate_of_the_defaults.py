# what is wrong: The rate is taken from self.defaults, not from the group, so a group's own rate and a schedule are ignored.
# told: takes_the_default_rate
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float):
        super().__init__(params, {"lr": lr, "betas": (0.9, 0.999)})

    def update(self, params: list[Tensor], group: dict) -> None:
        lr = self.defaults["lr"]
        b1, b2 = self.defaults["betas"]
        for p in params:
            s = self.state.setdefault(p, {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)})
            s["t"] += 1
            s["m"] += (1 - b1) * (p.grad - s["m"])
            s["v"] += (1 - b2) * (p.grad ** 2 - s["v"])
            p -= lr * s["m"] / (1 - b1 ** s["t"]) / ((s["v"] / (1 - b2 ** s["t"])).sqrt() + 1e-8)
