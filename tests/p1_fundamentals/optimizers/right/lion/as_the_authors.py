"""As in the authors' own code: the decay first, by a product, then the sign, then the average."""
import torch

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params, *, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        if not 0.0 <= lr:
            raise ValueError(f"invalid learning rate: {lr}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"invalid weight decay: {weight_decay}")
        for place in range(2):
            if not 0.0 <= betas[place] < 1.0:
                raise ValueError(f"invalid beta: {betas[place]}")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    def update(self, params, group):
        beta1, beta2 = group["betas"]
        for p in params:
            p.data.mul_(1 - group["lr"] * group["weight_decay"])
            if p not in self.state:
                self.state[p] = {"exp_avg": torch.zeros_like(p)}
            average = self.state[p]["exp_avg"]
            direction = average.clone().mul_(beta1).add_(p.grad, alpha=1 - beta1).sign_()
            p.add_(direction, alpha=-group["lr"])
            average.mul_(beta2).add_(p.grad, alpha=1 - beta2)
