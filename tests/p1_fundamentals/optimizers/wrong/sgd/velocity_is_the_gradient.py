# what is wrong: without weight decay the first velocity is the tensor of the gradient itself, which the next backward pass or
# the next step overwrites
# told: keeps_the_gradient_itself
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
        weight_decay, momentum = group["weight_decay"], group["momentum"]
        for param in params:
            grad = param.grad
            if weight_decay != 0:
                grad = grad.add(param, alpha=weight_decay)
            if momentum != 0:
                state = self.state.setdefault(param, {})
                if "momentum_buffer" not in state:
                    buffer = state["momentum_buffer"] = grad.detach()
                else:
                    buffer = state["momentum_buffer"]
                    buffer.mul_(momentum).add_(grad, alpha=1 - group["dampening"])
                grad = grad.add(buffer, alpha=momentum) if group["nesterov"] else buffer
            param.add_(grad, alpha=-group["lr"])
