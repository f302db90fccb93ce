# what is wrong: the correction divides the stored averages themselves, and the next step goes on from the corrected ones
# told: keeps_corrected_averages
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
        beta1, beta2 = group["betas"]
        for p in params:
            grad = p.grad.clone()
            if self.decoupled:
                p.mul_(1 - lr * wd)
            else:
                grad.add_(p, alpha=wd)
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
            st = self.state[p]
            st["step"] = int(st["step"]) + 1
            m = st["exp_avg"].mul_(beta1).add_(grad, alpha=1 - beta1)
            v = st["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            if group["amsgrad"]:
                largest = st.setdefault("max_exp_avg_sq", torch.zeros_like(p))
                v = torch.maximum(largest, v, out=largest)
            m.div_(1 - beta1 ** st["step"])
            v.div_(1 - beta2 ** st["step"])
            p.addcdiv_(m, v.sqrt().add_(eps), value=-lr)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
