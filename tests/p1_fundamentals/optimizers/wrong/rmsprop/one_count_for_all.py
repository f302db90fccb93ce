# what is wrong: step counts the steps of the optimiser, so a parameter that joins later begins with a count that is not its own
# told: counts_for_all
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    steps = 0

    def step(self) -> None:
        self.steps += 1
        super().step()

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, alpha, eps, momentum = group["lr"], group["alpha"], group["eps"], group["momentum"]
        for p in params:
            state = self.state.setdefault(p, {})
            state["step"] = self.steps
            g = p.grad.add(p, alpha=group["weight_decay"])
            v = state.setdefault("square_avg", torch.zeros_like(p))
            v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
            if group["centered"]:
                m = state.setdefault("grad_avg", torch.zeros_like(p))
                m.mul_(alpha).add_(g, alpha=1 - alpha)
                v = v.addcmul(m, m, value=-1).clamp_(min=0)
            u = g.div(v.sqrt().add_(eps))
            if momentum != 0:
                u = state.setdefault("momentum_buffer", torch.zeros_like(p)).mul_(momentum).add_(u)
            p.add_(u, alpha=-lr)
