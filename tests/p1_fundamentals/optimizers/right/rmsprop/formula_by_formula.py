# how: each formula makes a new tensor, and the state of a parameter is assembled anew in every step
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
        eta, alpha, eps, mu = (group[key] for key in ("lr", "alpha", "eps", "momentum"))
        for p in params:
            old = self.state.get(p, {})
            zero = torch.zeros_like(p)
            g = p.grad + group["weight_decay"] * p if group["weight_decay"] != 0 else p.grad

            new = dict(old)
            new["step"] = int(old.get("step", 0)) + 1
            new["square_avg"] = v = alpha * old.get("square_avg", zero) + (1 - alpha) * g ** 2
            if group["centered"]:
                new["grad_avg"] = m = alpha * old.get("grad_avg", zero) + (1 - alpha) * g
                d = torch.relu(v - m ** 2)
            else:
                d = v
            u = g / (torch.sqrt(d) + eps)
            if mu != 0:
                new["momentum_buffer"] = u = mu * old.get("momentum_buffer", zero) + u
            self.state[p] = new
            p -= eta * u
