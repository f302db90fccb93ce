# what is wrong: the look ahead is computed in place, so the velocity that is kept is already the step of Nesterov's form
# told: keeps_nesterovs_step
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

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            g = p.grad if group["weight_decay"] == 0 else p.grad.add(p, alpha=group["weight_decay"])
            if group["momentum"] == 0:
                p.sub_(group["lr"] * g)
                continue
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = g.clone()
            else:
                state["momentum_buffer"].mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
            b = state["momentum_buffer"]
            if group["nesterov"]:
                b.mul_(group["momentum"]).add_(g)
            p.sub_(group["lr"] * b)
