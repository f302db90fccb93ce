# how: root and eps are both multiplied by the root of the correction, which leaves the quotient as it is
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, amsgrad: bool = False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def _state(self, p: Tensor, amsgrad: bool) -> dict:
        keys = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * bool(amsgrad)
        state = self.state.setdefault(p, {"step": 0})
        for key in keys:
            if key not in state:
                state[key] = torch.zeros_like(p, requires_grad=False)
        return state

    def update(self, params: list[Tensor], group: dict) -> None:
        rate, decay = group["lr"], group["weight_decay"]
        short, long = group["betas"]
        for p in params:
            state = self._state(p, group["amsgrad"])
            state["step"] = int(state["step"]) + 1
            first, second = 1 - short ** state["step"], (1 - long ** state["step"]) ** 0.5
            if self.decoupled:
                gradient = p.grad
                p.sub_(p, alpha=rate * decay)
            else:
                gradient = torch.add(p.grad, p, alpha=decay)
            state["exp_avg"].add_(gradient - state["exp_avg"], alpha=1 - short)
            state["exp_avg_sq"].mul_(long).add_(gradient.pow(2), alpha=1 - long)
            if group["amsgrad"]:
                state["max_exp_avg_sq"].copy_(torch.maximum(state["max_exp_avg_sq"], state["exp_avg_sq"]))
            square = state["max_exp_avg_sq" if group["amsgrad"] else "exp_avg_sq"]
            p.addcdiv_(state["exp_avg"], square.sqrt().add_(group["eps"] * second), value=-rate * second / first)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
