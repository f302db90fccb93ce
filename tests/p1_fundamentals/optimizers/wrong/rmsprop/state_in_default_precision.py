# what is wrong: the averages are made from the shape alone, so those of a float64 parameter are kept in float32
# told: keeps_averages_in_float32
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
            if p not in self.state:
                self.state[p] = {"step": 0, "square_avg": torch.zeros(p.shape)}
            state = self.state[p]
            if group["centered"] and "grad_avg" not in state:
                state["grad_avg"] = torch.zeros(p.shape)
            if group["momentum"] != 0 and "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros(p.shape)

            state["step"] = int(state["step"]) + 1
            grad = p.grad
            if group["weight_decay"] != 0:
                grad = grad + group["weight_decay"] * p
            state["square_avg"].mul_(group["alpha"]).add_((1 - group["alpha"]) * grad * grad)
            if group["centered"]:
                state["grad_avg"].mul_(group["alpha"]).add_((1 - group["alpha"]) * grad)
                root = (state["square_avg"] - state["grad_avg"] ** 2).clamp(min=0).sqrt()
            else:
                root = state["square_avg"].sqrt()
            step = grad / (root + group["eps"])
            if group["momentum"] != 0:
                step = state["momentum_buffer"].mul_(group["momentum"]).add_(step)
            p -= group["lr"] * step
