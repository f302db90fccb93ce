# what is wrong: a velocity is kept in every step, also where the momentum is 0, so such parameters get a state and an old
# gradient is there when the momentum is switched on
# told: keeps_state_without_momentum
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
            g = p.grad.clone() if group["weight_decay"] == 0 else p.grad + group["weight_decay"] * p
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = g.clone()
            else:
                state["momentum_buffer"].mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
            b = state["momentum_buffer"]
            if group["momentum"] == 0:
                p.sub_(g, alpha=group["lr"])
            elif group["nesterov"]:
                p.sub_(g + group["momentum"] * b, alpha=group["lr"])
            else:
                p.sub_(b, alpha=group["lr"])
