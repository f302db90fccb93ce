# what is wrong: the settings are checked after the groups were made, group by group, so what a group sets for itself is refused
# too
# told: checks_the_groups
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov))
        for group in self.param_groups:
            if group["lr"] < 0 or group["momentum"] < 0 or group["weight_decay"] < 0:
                raise ValueError("lr, momentum and weight_decay must not be negative")
            if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
                raise ValueError("nesterov needs momentum and no dampening")

    @torch.no_grad()
    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            g = p.grad.add(p, alpha=group["weight_decay"])
            if group["momentum"] != 0:
                state = self.state.setdefault(p, {})
                if "momentum_buffer" in state:
                    state["momentum_buffer"].mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
                else:
                    state["momentum_buffer"] = g.clone()
                b = state["momentum_buffer"]
                g = g.add(b, alpha=group["momentum"]) if group["nesterov"] else b
            p.add_(g, alpha=-group["lr"])
