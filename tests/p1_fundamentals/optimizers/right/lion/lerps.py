"""Both averages by torch.lerp, a new tensor for the average in each step, and torch.where for the sign."""
import torch

from .base import Optimizer


def signs(x):
    zero = torch.zeros_like(x)
    return torch.where(x > 0, zero + 1, torch.where(x < 0, zero - 1, zero))


class Lion(Optimizer):
    def __init__(self, params, *, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        first, second = betas
        if lr < 0 or weight_decay < 0 or not (0 <= first < 1 and 0 <= second < 1):
            raise ValueError("these settings are senseless")
        super().__init__(params, dict(betas=betas, weight_decay=weight_decay, lr=lr))

    def update(self, params, group):
        for p in params:
            old = self.state[p]["exp_avg"] if p in self.state else p.grad * 0
            for_sign, kept = (torch.lerp(p.grad, old, beta) for beta in group["betas"])
            p -= group["lr"] * signs(for_sign) + group["lr"] * group["weight_decay"] * p
            self.state[p] = {"exp_avg": kept}
