# what is wrong: the weight decay is added to the gradient in place, so the grad that the caller holds is changed
# told: decays_in_the_gradient
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
            g = p.grad
            if group["weight_decay"] != 0:
                g += group["weight_decay"] * p
            if group["momentum"] != 0:
                b = self.state.get(p, {}).get("momentum_buffer")
                if b is None:
                    b = g.clone()
                else:
                    b = group["momentum"] * b + (1 - group["dampening"]) * g
                self.state[p] = {"momentum_buffer": b}
                p -= group["lr"] * (g + group["momentum"] * b if group["nesterov"] else b)
            else:
                p -= group["lr"] * g
