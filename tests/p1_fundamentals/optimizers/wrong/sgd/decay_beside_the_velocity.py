# what is wrong: the weight decay is subtracted from the parameter itself and does not go through the velocity
# told: decouples_the_decay
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
        for p in params:
            step = p.grad
            if group["momentum"] != 0:
                if p in self.state:
                    b = self.state[p]["momentum_buffer"]
                    b.mul_(group["momentum"]).add_(step, alpha=1 - group["dampening"])
                else:
                    b = step.clone()
                    self.state[p] = {"momentum_buffer": b}
                step = step + group["momentum"] * b if group["nesterov"] else b
            p.sub_(step + group["weight_decay"] * p, alpha=group["lr"])
