# how: a method makes the direction of one parameter from its gradient, a second one renews the velocity, and update only
# subtracts
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer

NOT_NEGATIVE = ("lr", "momentum", "weight_decay")


class SGD(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        if bad := [name for name in NOT_NEGATIVE if defaults[name] < 0]:
            raise ValueError(f"below 0: {', '.join(bad)}")
        if nesterov:
            if momentum == 0:
                raise ValueError("nesterov without momentum")
            if dampening != 0:
                raise ValueError("nesterov with dampening")
        super().__init__(params, defaults)

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            p.add_(self._direction(p, **{key: group[key] for key in self.defaults if key != "lr"}), alpha=-group["lr"])

    def _direction(self, p: Tensor, momentum: float, dampening: float, weight_decay: float, nesterov: bool) -> Tensor:
        g = torch.add(p.grad, p, alpha=weight_decay) if weight_decay else p.grad
        if not momentum:
            return g
        b = self._velocity(p, g, momentum, dampening)
        return g + momentum * b if nesterov else b

    def _velocity(self, p: Tensor, g: Tensor, momentum: float, dampening: float) -> Tensor:
        state = self.state.setdefault(p, {})
        if state.get("momentum_buffer") is None:
            state["momentum_buffer"] = torch.empty_like(p).copy_(g)
        else:
            b = state["momentum_buffer"]
            b *= momentum
            b += (1 - dampening) * g
        return state["momentum_buffer"]
