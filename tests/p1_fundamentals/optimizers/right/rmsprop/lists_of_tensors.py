# how: the whole group at once, with torch._foreach_ functions over lists of tensors
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
        states = [self._state(p, group) for p in params]
        for state in states:
            state["step"] += 1
        grads = [p.grad.detach() for p in params]
        if group["weight_decay"] != 0:
            grads = list(torch._foreach_add(grads, params, alpha=group["weight_decay"]))

        squares = [state["square_avg"] for state in states]
        torch._foreach_mul_(squares, group["alpha"])
        torch._foreach_addcmul_(squares, grads, grads, 1 - group["alpha"])
        if group["centered"]:
            means = [state["grad_avg"] for state in states]
            torch._foreach_mul_(means, group["alpha"])
            torch._foreach_add_(means, grads, alpha=1 - group["alpha"])
            roots = [(v - m * m).clamp_(min=0).sqrt_() for v, m in zip(squares, means)]
        else:
            roots = list(torch._foreach_sqrt(squares))
        torch._foreach_add_(roots, group["eps"])

        steps = list(torch._foreach_div(grads, roots))
        if group["momentum"] != 0:
            buffers = [state["momentum_buffer"] for state in states]
            torch._foreach_mul_(buffers, group["momentum"])
            torch._foreach_add_(buffers, steps)
            steps = buffers
        torch._foreach_add_(params, steps, alpha=-group["lr"])

    def _state(self, p: Tensor, group: dict) -> dict:
        state = self.state.setdefault(p, {})
        state["step"] = int(state.get("step", 0))
        names = ["square_avg"] + ["grad_avg"] * bool(group["centered"]) + ["momentum_buffer"] * (group["momentum"] != 0)
        for name in names:
            if name not in state:
                state[name] = torch.zeros_like(p)
        return state
