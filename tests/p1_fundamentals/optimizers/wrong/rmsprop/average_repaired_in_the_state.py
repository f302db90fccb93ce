# what is wrong: a variance below 0 is mended by raising the mean square in the state to the squared mean, so square_avg is no
# longer the average
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
        alpha = group["alpha"]
        for p in params:
            g = p.grad.add(p, alpha=group["weight_decay"])
            state = self.state.setdefault(p, {"step": 0, "square_avg": torch.zeros_like(p)})
            state["step"] = int(state["step"]) + 1
            v = state["square_avg"]
            v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
            if group["centered"]:
                m = state.setdefault("grad_avg", torch.zeros_like(p))
                m.mul_(alpha).add_(g, alpha=1 - alpha)
                torch.maximum(v, m.square(), out=v)     # a mean square is never below the squared mean
                root = (v - m.square()).sqrt()
            else:
                root = v.sqrt()
            u = g / (root + group["eps"])
            if group["momentum"] != 0:
                b = state.setdefault("momentum_buffer", torch.zeros_like(p))
                u = b.mul_(group["momentum"]).add_(u)
            p.sub_(group["lr"] * u)
