# what is wrong: a variance that is not above eps is raised to eps, where only one below 0 should count, and as 0
# told: raises_variances_to_eps
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
        eta, alpha, eps, mu = group["lr"], group["alpha"], group["eps"], group["momentum"]
        for p in params:
            g = p.grad if group["weight_decay"] == 0 else p.grad + group["weight_decay"] * p
            state = self.state.setdefault(p, {})
            state["step"] = int(state.get("step", 0)) + 1
            state["square_avg"] = alpha * state.get("square_avg", torch.zeros_like(p)) + (1 - alpha) * g ** 2
            d = state["square_avg"]
            if group["centered"]:
                state["grad_avg"] = alpha * state.get("grad_avg", torch.zeros_like(p)) + (1 - alpha) * g
                d = torch.clamp(d - state["grad_avg"] ** 2, min=eps)
            u = g / (d.sqrt() + eps)
            if mu != 0:
                state["momentum_buffer"] = u = mu * state.get("momentum_buffer", torch.zeros_like(p)) + u
            p -= eta * u
