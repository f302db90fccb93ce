# how: RMSProp with a corrected mean square, whose scaled gradients are summed by a velocity that the rate multiplies.
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, momentum: float = 0.9, alpha: float = 0.999, eps: float = 1e-8):
        super().__init__(params, {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps})

    def update(self, params: list[Tensor], group: dict) -> None:
        alpha = group["alpha"]
        for p in params:
            state = self.state.setdefault(p, {})
            count = state["count"] = state.get("count", 0) + 1
            if count == 1:
                state["square"], state["velocity"] = torch.zeros_like(p), torch.zeros_like(p)
            state["square"].lerp_(p.grad.square(), 1 - alpha)
            scaled = p.grad / (state["square"].div(1 - alpha ** count).sqrt_() + group["eps"])
            state["velocity"].mul_(group["momentum"]).add_(scaled)
            p.sub_(group["lr"] * state["velocity"])
