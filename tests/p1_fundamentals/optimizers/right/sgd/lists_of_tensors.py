# how: the whole group at once, with torch._foreach_ functions over lists of tensors
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
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("nesterov needs momentum and no dampening")
        super().__init__(params, settings)

    def update(self, params: list[Tensor], group: dict) -> None:
        steps = [p.grad.detach() for p in params]
        if group["weight_decay"] != 0:
            steps = list(torch._foreach_add(steps, params, alpha=group["weight_decay"]))
        if group["momentum"] != 0:
            velocities = self._velocities(params, steps, group)
            if group["nesterov"]:
                steps = list(torch._foreach_add(steps, velocities, alpha=group["momentum"]))
            else:
                steps = velocities
        torch._foreach_add_(params, steps, alpha=-group["lr"])

    def _velocities(self, params: list[Tensor], gradients: list[Tensor], group: dict) -> list[Tensor]:
        known = [i for i, p in enumerate(params) if self.state.get(p, {}).get("momentum_buffer") is not None]
        if known:
            old = [self.state[params[i]]["momentum_buffer"] for i in known]
            torch._foreach_mul_(old, group["momentum"])
            torch._foreach_add_(old, [gradients[i] for i in known], alpha=1 - group["dampening"])
        for i in set(range(len(params))) - set(known):
            self.state.setdefault(params[i], {})["momentum_buffer"] = gradients[i].clone()
        return [self.state[p]["momentum_buffer"] for p in params]
