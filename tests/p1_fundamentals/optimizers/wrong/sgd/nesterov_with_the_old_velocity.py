# what is wrong: Nesterov's step adds the velocity from before this gradient, as if the look ahead came before the renewal
# told: forgets_nesterov
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        if lr < 0 or momentum < 0 or weight_decay < 0:
            raise ValueError("lr, momentum and weight_decay must not be negative")
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("nesterov needs momentum and no dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov))

    def update(self, params: list[Tensor], group: dict) -> None:
        mu, tau = group["momentum"], group["dampening"]
        for p in params:
            g = p.grad.clone()
            if group["weight_decay"]:
                g.add_(p, alpha=group["weight_decay"])
            if not mu:
                p.add_(g, alpha=-group["lr"])
                continue
            state = self.state.setdefault(p, {})
            old = state.get("momentum_buffer")
            state["momentum_buffer"] = g if old is None else mu * old + (1 - tau) * g
            if not group["nesterov"]:
                direction = state["momentum_buffer"]
            elif old is None:
                direction = g
            else:
                direction = g + mu * old
            p.add_(direction, alpha=-group["lr"])
