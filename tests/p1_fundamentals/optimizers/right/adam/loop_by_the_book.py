# how: one parameter after the other, the formulas as the papers have them, with corrected averages as new tensors.
import math

import torch

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad))

    def update(self, params, group):
        b1, b2 = group["betas"]
        for p in params:
            if p not in self.state:
                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
                if group["amsgrad"]:
                    self.state[p]["max_exp_avg_sq"] = torch.zeros_like(p)
            s = self.state[p]
            s["step"] = int(s["step"]) + 1
            t = s["step"]
            g = p.grad
            if self.decoupled:
                p -= group["lr"] * group["weight_decay"] * p
            else:
                g = g + group["weight_decay"] * p
            s["exp_avg"] = b1 * s["exp_avg"] + (1 - b1) * g
            s["exp_avg_sq"] = b2 * s["exp_avg_sq"] + (1 - b2) * g * g
            m_hat = s["exp_avg"] / (1 - math.pow(b1, t))
            v = s["exp_avg_sq"]
            if group["amsgrad"]:
                v = s["max_exp_avg_sq"] = torch.maximum(s["max_exp_avg_sq"], v)
            v_hat = v / (1 - math.pow(b2, t))
            p -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


class AdamW(Adam):
    decoupled = True

    def __init__(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
