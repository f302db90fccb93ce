# what is wrong: the velocity sums the gradients themselves and is divided by the root afterwards, instead of summing the
# quotients
# told: divides_the_velocity
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
            self._move(p, self.state.setdefault(p, {"step": 0}), group)

    def _move(self, p: Tensor, state: dict, group: dict) -> None:
        g = p.grad.add(p, alpha=group["weight_decay"])
        state["step"] = int(state["step"]) + 1
        v = self._renew(state, "square_avg", g.square(), group["alpha"], 1 - group["alpha"])
        if group["centered"]:
            m = self._renew(state, "grad_avg", g, group["alpha"], 1 - group["alpha"])
            v = (v - m.square()).clamp(min=0)
        if group["momentum"] != 0:
            g = self._renew(state, "momentum_buffer", g, group["momentum"], 1.0)
        p.addcdiv_(g, v.sqrt().add_(group["eps"]), value=-group["lr"])

    def _renew(self, state: dict, key: str, value: Tensor, keep: float, share: float) -> Tensor:
        if key not in state:
            state[key] = torch.zeros_like(value)
        return state[key].mul_(keep).add_(value, alpha=share)
