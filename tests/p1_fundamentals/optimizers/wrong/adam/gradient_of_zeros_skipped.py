# what is wrong: a parameter whose gradient is all zeros is passed over, so it neither counts a step nor goes on by its mean
# told: passes_over_zeros
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, amsgrad: bool = False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, (beta1, beta2) = group["lr"], group["betas"]
        moving = [p for p in params if torch.count_nonzero(p.grad) > 0]
        for p in moving:
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
        for p in moving:
            state, g = self.state[p], p.grad
            state["step"] = int(state["step"]) + 1
            if self.decoupled:
                p.mul_(1 - lr * group["weight_decay"])
            else:
                g = g + group["weight_decay"] * p
            state["exp_avg"].lerp_(g, 1 - beta1)
            state["exp_avg_sq"].lerp_(g * g, 1 - beta2)
            v = state["exp_avg_sq"]
            if group["amsgrad"]:
                v = state["max_exp_avg_sq"] = torch.maximum(v, state.get("max_exp_avg_sq", torch.zeros_like(v)))
            m_hat = state["exp_avg"] / (1 - beta1 ** state["step"])
            v_hat = v / (1 - beta2 ** state["step"])
            p.sub_(lr * m_hat / (v_hat.sqrt() + group["eps"]))


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
