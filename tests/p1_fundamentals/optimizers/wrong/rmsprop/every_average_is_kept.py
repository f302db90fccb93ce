# what is wrong: the mean and the velocity are kept for every parameter, also where the group is not centred or its momentum is
# 0
# told: keeps_all_averages
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
        alpha = group["alpha"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"step": 0}
                for key in ("square_avg", "grad_avg", "momentum_buffer"):
                    self.state[p][key] = torch.zeros_like(p)
            s = self.state[p]
            g = p.grad + group["weight_decay"] * p
            s["step"] = int(s["step"]) + 1
            s["square_avg"].mul_(alpha).add_(g ** 2, alpha=1 - alpha)
            s["grad_avg"].mul_(alpha).add_(g, alpha=1 - alpha)
            d = s["square_avg"] - s["grad_avg"] ** 2 if group["centered"] else s["square_avg"]
            s["momentum_buffer"].mul_(group["momentum"]).add_(g / (d.clamp(min=0).sqrt() + group["eps"]))
            p.sub_(s["momentum_buffer"], alpha=group["lr"])
