# what is wrong: the weight decay is added to the gradient only in the numerator, while the averages are those of the plain
# gradient
# told: decays_after_the_average
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    def update(self, params: list[Tensor], group: dict) -> None:
        eta, alpha, eps, lam, mu = (group[name] for name in ("lr", "alpha", "eps", "weight_decay", "momentum"))
        for p in params:
            g = p.grad
            old = self.state.get(p, {})
            new = {**old, "step": int(old.get("step", 0)) + 1}
            zero = torch.zeros_like(p)
            d = new["square_avg"] = alpha * old.get("square_avg", zero) + (1 - alpha) * g * g
            if group["centered"]:
                new["grad_avg"] = alpha * old.get("grad_avg", zero) + (1 - alpha) * g
                d = (d - new["grad_avg"] * new["grad_avg"]).clamp(min=0)
            u = (g + lam * p) / (d.sqrt() + eps)
            if mu != 0:
                u = new["momentum_buffer"] = mu * old.get("momentum_buffer", zero) + u
            self.state[p] = new
            p -= eta * u
