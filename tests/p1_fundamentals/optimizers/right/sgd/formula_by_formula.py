# how: the formulas as they stand, each with a new tensor, and the parameter is subtracted from in place at the end
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        if lr < 0 or momentum < 0 or weight_decay < 0:
            raise ValueError("lr, momentum and weight_decay must not be negative")
        if nesterov and not momentum:
            raise ValueError("nesterov needs momentum")
        if nesterov and dampening:
            raise ValueError("nesterov takes no dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov))

    def update(self, params: list[Tensor], group: dict) -> None:
        eta, mu, tau, decay = (group[key] for key in ("lr", "momentum", "dampening", "weight_decay"))
        for p in params:
            g = p.grad + decay * p if decay else p.grad.clone()  # a new tensor in either case
            if mu == 0:
                p -= eta * g
                continue
            old = self.state.get(p, {}).get("momentum_buffer")
            b = g if old is None else mu * old + (1 - tau) * g
            self.state[p] = {"momentum_buffer": b}
            p -= eta * (g + mu * b if group["nesterov"] else b)
