"""One long vector for all parameters of the group, cut apart again at the end."""
import torch

from .base import Optimizer


class Lion(Optimizer):
    def __init__(self, params, *, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        if min(lr, weight_decay, *betas) < 0 or max(betas) >= 1:
            raise ValueError("lr, weight_decay or betas")
        Optimizer.__init__(self, params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    def update(self, params, group):
        for p in params:
            self.state.setdefault(p, {"exp_avg": torch.zeros_like(p)})

        def together(tensors):
            return torch.cat([each.reshape(-1) for each in tensors])

        averages = [self.state[p]["exp_avg"] for p in params]
        values, m, g = together(params), together(averages), together([p.grad for p in params])
        fast, slow = group["betas"]
        values = values - group["lr"] * (torch.sgn(fast * m + (1 - fast) * g) + group["weight_decay"] * values)
        m = slow * m + (1 - slow) * g
        lengths = [p.numel() for p in params]
        for p, average, value, renewed in zip(params, averages, values.split(lengths), m.split(lengths)):
            p.copy_(value.reshape(p.shape))
            average.copy_(renewed.reshape(p.shape))
