# what is wrong: AMSGrad keeps the largest corrected mean square, and not the largest mean square
# told: takes_the_maximum_of_corrected_squares
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
        for p in params:
            self._move(p, p.grad, **{key: group[key] for key in ("lr", "betas", "eps", "weight_decay", "amsgrad")})

    def _move(self, p: Tensor, g: Tensor, lr: float, betas: tuple, eps: float, weight_decay: float, amsgrad: bool) -> None:
        if p not in self.state:
            self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
        state = self.state[p]
        if self.decoupled:
            p.mul_(1 - lr * weight_decay)
        else:
            g = g + weight_decay * p
        state["step"] = t = int(state["step"]) + 1
        state["exp_avg"].mul_(betas[0]).add_(g, alpha=1 - betas[0])
        state["exp_avg_sq"].mul_(betas[1]).addcmul_(g, g, value=1 - betas[1])
        mean = state["exp_avg"] / (1 - betas[0] ** t)
        square = state["exp_avg_sq"] / (1 - betas[1] ** t)
        if amsgrad:
            if "max_exp_avg_sq" in state:
                square = torch.maximum(state["max_exp_avg_sq"], square)
            state["max_exp_avg_sq"] = square
        p.addcdiv_(mean, square.sqrt() + eps, value=-lr)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
