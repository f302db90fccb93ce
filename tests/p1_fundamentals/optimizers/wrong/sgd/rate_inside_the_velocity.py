# what is wrong: the learning rate multiplies the gradient on its way into the velocity, so a rate that changes does not reach
# the old velocity
# told: multiplies_too_early
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
        eta, mu = group["lr"], group["momentum"]
        for p in params:
            g = p.grad + group["weight_decay"] * p
            move = eta * g
            if mu:
                before = self.state.get(p)
                v = move if before is None else mu * before["momentum_buffer"] + (1 - group["dampening"]) * move
                self.state[p] = {"momentum_buffer": v}
                move = move + mu * v if group["nesterov"] else v
            p -= move
