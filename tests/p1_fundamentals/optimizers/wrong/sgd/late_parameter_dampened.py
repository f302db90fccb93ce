# what is wrong: whether it is the first step is counted once for the optimiser, so a parameter that joins later starts from
# zeros and with a dampened gradient
# told: asks_once_for_the_first_step
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        for key in ("lr", "momentum", "weight_decay"):
            if settings[key] < 0:
                raise ValueError(f"{key} below 0: {settings[key]}")
        if nesterov and momentum == 0:
            raise ValueError("nesterov without momentum")
        if nesterov and dampening != 0:
            raise ValueError("nesterov with dampening")
        super().__init__(params, settings)
        self.steps = 0

    def update(self, params: list[Tensor], group: dict) -> None:
        first = self.steps == 0
        mu, tau = group["momentum"], group["dampening"]
        for p in params:
            g = p.grad.clone()
            if group["weight_decay"] != 0:
                g += group["weight_decay"] * p
            if mu != 0:
                if p not in self.state:
                    self.state[p] = {"momentum_buffer": torch.zeros_like(p)}
                b = self.state[p]["momentum_buffer"]
                b.mul_(mu).add_(g, alpha=1 if first else 1 - tau)
                g = g + mu * b if group["nesterov"] else b
            p.sub_(g, alpha=group["lr"])

    def step(self) -> None:
        super().step()
        self.steps += 1
