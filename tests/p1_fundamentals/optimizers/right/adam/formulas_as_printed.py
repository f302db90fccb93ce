# how: every formula of the text as one line, with new tensors, which are then copied into the old ones
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
        eta, (beta1, beta2), eps, lam = group["lr"], group["betas"], group["eps"], group["weight_decay"]
        for p in params:
            g = p.grad if self.decoupled else p.grad + lam * p
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
            state = self.state[p]
            t = int(state["step"]) + 1
            m = beta1 * state["exp_avg"] + (1 - beta1) * g
            v = beta2 * state["exp_avg_sq"] + (1 - beta2) * g ** 2
            state.update(step=t, exp_avg=m, exp_avg_sq=v)
            divisor = v
            if group["amsgrad"]:
                w = state["max_exp_avg_sq"] if "max_exp_avg_sq" in state else torch.zeros_like(v)
                state["max_exp_avg_sq"] = divisor = torch.maximum(w, v)
            m_hat = m / (1 - beta1 ** t)
            v_hat = divisor / (1 - beta2 ** t)
            start = (1 - eta * lam) * p if self.decoupled else p
            p.copy_(start - eta * m_hat / (v_hat.sqrt() + eps))


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
