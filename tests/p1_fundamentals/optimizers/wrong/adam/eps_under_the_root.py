# what is wrong: eps is added to the mean square under the root, and not to the root
# told: eps_under_the_root
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
        lr, eps, wd = group["lr"], group["eps"], group["weight_decay"]
        b1, b2 = group["betas"]
        for p in params:
            grad = p.grad
            if self.decoupled:
                p.mul_(1 - lr * wd)
            else:
                grad = grad + wd * p
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
            s = self.state[p]
            s["step"] = int(s["step"]) + 1
            s["exp_avg"].mul_(b1).add_((1 - b1) * grad)
            s["exp_avg_sq"].mul_(b2).add_((1 - b2) * grad ** 2)
            v = s["exp_avg_sq"]
            if group["amsgrad"]:
                if "max_exp_avg_sq" not in s:
                    s["max_exp_avg_sq"] = torch.zeros_like(p)
                s["max_exp_avg_sq"].copy_(torch.maximum(s["max_exp_avg_sq"], v))
                v = s["max_exp_avg_sq"]
            m_hat = s["exp_avg"] / (1 - b1 ** s["step"])
            v_hat = v / (1 - b2 ** s["step"])
            p.sub_(lr * m_hat / torch.sqrt(v_hat + eps))


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
