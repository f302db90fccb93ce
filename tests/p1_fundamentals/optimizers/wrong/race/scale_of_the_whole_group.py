# what is wrong: The step is divided by the mean square of all gradients of the group, so parameters act on each other.
# told: one_scale_for_the_group
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, momentum: float = 0.9, beta: float = 0.999):
        super().__init__(params, {"lr": lr, "momentum": momentum, "beta": beta})

    def update(self, params: list[Tensor], group: dict) -> None:
        """Momentum, with one scale for the whole network: directions are kept."""
        count = max(1, sum(p.numel() for p in params))
        mean_square = sum(p.grad.double().square().sum().item() for p in params) / count
        for p in params:
            state = self.state.setdefault(p, {})
            if not state:
                state.update(t=0, v=0.0, m=torch.zeros_like(p))
            state["t"] += 1
            state["v"] = group["beta"] * state["v"] + (1 - group["beta"]) * mean_square
            state["m"].mul_(group["momentum"]).add_(p.grad, alpha=1 - group["momentum"])
            scale = (state["v"] / (1 - group["beta"] ** state["t"])) ** 0.5 + 1e-8
            p.add_(state["m"] / (1 - group["momentum"] ** state["t"]), alpha=-group["lr"] / scale)
