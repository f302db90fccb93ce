# what is wrong: the decoupled decay takes off lambda times the parameter, without the learning rate
# told: decays_without_the_rate
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
        b1, b2 = group["betas"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
                if group["amsgrad"]:
                    self.state[p]["max_exp_avg_sq"] = torch.zeros_like(p)
            s = self.state[p]
            t = int(s["step"]) + 1
            if self.decoupled:
                g = p.grad
                p.mul_(1 - group["weight_decay"])
            else:
                g = p.grad + group["weight_decay"] * p
            m = s["exp_avg"].mul_(b1).add_(g, alpha=1 - b1)
            v = s["exp_avg_sq"].mul_(b2).addcmul_(g, g, value=1 - b2)
            if group["amsgrad"]:
                w = s.setdefault("max_exp_avg_sq", torch.zeros_like(p))
                v = w.copy_(torch.maximum(w, v))
            p.addcdiv_(m, v.div(1 - b2 ** t).sqrt_().add_(group["eps"]), value=-group["lr"] / (1 - b1 ** t))
            s["step"] = t


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
