# what is wrong: AdamW makes the parameter smaller after it was moved, so the step decays as well
# told: decays_after_the_step
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
        eta, lam, eps = group["lr"], group["weight_decay"], group["eps"]
        beta1, beta2 = group["betas"]
        for theta in params:
            grad = theta.grad
            if not self.decoupled and lam != 0:
                grad = grad.add(theta, alpha=lam)
            state = self.state.setdefault(theta, {})
            if len(state) == 0:
                state.update(step=0, exp_avg=torch.zeros_like(theta), exp_avg_sq=torch.zeros_like(theta))
            state["step"] = int(state["step"]) + 1
            state["exp_avg"].mul_(beta1).add_(grad, alpha=1 - beta1)
            state["exp_avg_sq"].mul_(beta2).add_(grad.square(), alpha=1 - beta2)
            second = state["exp_avg_sq"]
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = second = torch.maximum(state.get("max_exp_avg_sq", torch.zeros_like(theta)), second)
            first_hat = state["exp_avg"] / (1 - beta1 ** state["step"])
            second_hat = second / (1 - beta2 ** state["step"])
            theta -= eta * first_hat / (second_hat.sqrt() + eps)
            if self.decoupled:
                theta *= 1 - eta * lam


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
