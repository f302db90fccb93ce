# what is wrong: the new value is assigned to the data of the parameter, so views of it do not see it move
# told: makes_a_new_tensor
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
            d_p = p.grad.data
            if group["weight_decay"] != 0:
                d_p = d_p + group["weight_decay"] * p.data
            if group["momentum"] != 0:
                if p not in self.state:
                    self.state[p] = {"momentum_buffer": d_p.clone()}
                else:
                    buf = self.state[p]["momentum_buffer"]
                    buf.mul_(group["momentum"]).add_(d_p, alpha=1 - group["dampening"])
                buf = self.state[p]["momentum_buffer"]
                d_p = d_p + group["momentum"] * buf if group["nesterov"] else buf
            p.data = p.data - group["lr"] * d_p
