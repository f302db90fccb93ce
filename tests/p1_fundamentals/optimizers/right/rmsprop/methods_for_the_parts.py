# how: three small methods for the moving averages, the divisor and the velocity
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            if p not in self.state:
                self.state[p] = {"step": 0}
            state = self.state[p]
            state["step"] = int(state["step"]) + 1
            gradient = torch.add(p.grad, p, alpha=group["weight_decay"]) if group["weight_decay"] else p.grad
            quotient = gradient.div(self._divisor(state, gradient, p, group))
            p.add_(self._velocity(state, quotient, group["momentum"]), alpha=-group["lr"])

    def _divisor(self, state: dict, gradient: Tensor, p: Tensor, group: dict) -> Tensor:
        square = self._renew(state, "square_avg", gradient.square(), p, group["alpha"])
        if not group["centered"]:
            return square.sqrt().add_(group["eps"])
        mean = self._renew(state, "grad_avg", gradient, p, group["alpha"])
        variance = square.addcmul(mean, mean, value=-1)
        variance[variance < 0] = 0
        return variance.sqrt_().add_(group["eps"])

    @staticmethod
    def _renew(state: dict, key: str, value: Tensor, p: Tensor, alpha: float) -> Tensor:
        average = state.setdefault(key, torch.zeros_like(p))
        average *= alpha
        average += (1 - alpha) * value
        return average

    @staticmethod
    def _velocity(state: dict, quotient: Tensor, momentum: float) -> Tensor:
        if momentum == 0:
            return quotient
        if "momentum_buffer" in state:
            state["momentum_buffer"].mul_(momentum).add_(quotient)
        else:
            state["momentum_buffer"] = quotient.clone()
        return state["momentum_buffer"]
