# what is wrong: the learning rate multiplies each quotient on its way into the velocity, as in Graves' form, so a rate that
# changes does not reach what was summed before
# told: puts_the_rate_into_the_velocity
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            state = self.state.setdefault(p, {"step": 0, "square_avg": torch.zeros_like(p)})
            state["step"] = int(state["step"]) + 1
            g = p.grad.add(p, alpha=group["weight_decay"]) if group["weight_decay"] != 0 else p.grad
            square = state["square_avg"].mul_(group["alpha"]).addcmul_(g, g, value=1 - group["alpha"])
            if group["centered"]:
                if "grad_avg" not in state:
                    state["grad_avg"] = torch.zeros_like(p)
                mean = state["grad_avg"].mul_(group["alpha"]).add_(g, alpha=1 - group["alpha"])
                square = (square - mean.pow(2)).clamp(min=0)
            move = group["lr"] * g / (square.sqrt() + group["eps"])
            if group["momentum"] != 0:
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(p)
                move = state["momentum_buffer"].mul_(group["momentum"]).add_(move)
            p.sub_(move)
