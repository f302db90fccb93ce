# what is wrong: both corrections are drawn into the rate, so eps meets the root of the uncorrected mean square
# told: eps_before_the_correction
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
        beta1, beta2 = group["betas"]
        for p in params:
            state = self.state.setdefault(p, {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)})
            g = p.grad if self.decoupled else p.grad.add(p, alpha=group["weight_decay"])
            t = int(state["step"]) + 1
            state["step"] = t
            state["exp_avg"].lerp_(g, 1 - beta1)
            state["exp_avg_sq"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
            square = state["exp_avg_sq"]
            if group["amsgrad"]:
                largest = state.setdefault("max_exp_avg_sq", torch.zeros_like(p))
                square = torch.maximum(largest, square, out=largest)
            if self.decoupled:
                p.mul_(1 - group["lr"] * group["weight_decay"])
            # section 2 of the paper: the efficient order
            rate = group["lr"] * (1 - beta2 ** t) ** 0.5 / (1 - beta1 ** t)
            p.addcdiv_(state["exp_avg"], square.sqrt().add_(group["eps"]), value=-rate)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
