# what is wrong: the momentum is a moving average that takes the share 1 - momentum of each step, as in Adam, and not a sum
# told: averages_the_velocity
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
        alpha, mu = group["alpha"], group["momentum"]
        names = ["square_avg"]
        if group["centered"]:
            names.append("grad_avg")
        if mu != 0:
            names.append("momentum_buffer")
        for p in params:
            state = self.state.setdefault(p, {"step": 0})
            for name in names:
                if name not in state:
                    state[name] = torch.zeros_like(p)
            state["step"] = int(state["step"]) + 1
            g = p.grad + group["weight_decay"] * p
            state["square_avg"].mul_(alpha).addcmul_(g, g, value=1 - alpha)
            variance = state["square_avg"]
            if group["centered"]:
                state["grad_avg"].mul_(alpha).add_(g, alpha=1 - alpha)
                variance = torch.relu(variance - state["grad_avg"].square())
            update = g / (variance.sqrt() + group["eps"])
            if mu != 0:
                state["momentum_buffer"].mul_(mu).add_(update, alpha=1 - mu)
                update = state["momentum_buffer"]
            p.sub_(update, alpha=group["lr"])
