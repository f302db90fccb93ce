# what is wrong: The steps for the bias correction are counted once for the optimiser, at every update, not for each parameter.
# told: counts_once_for_all
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    """Adam. The count is kept with the first parameter."""

    def __init__(self, params: Iterable, lr: float):
        super().__init__(params, {"lr": lr})

    def update(self, params, group):
        first = self._params()[0]
        shared = self.state.setdefault(first, {})
        shared["t"] = shared.get("t", 0) + 1
        c1, c2 = 1 - 0.9 ** shared["t"], 1 - 0.999 ** shared["t"]
        for p in params:
            s = self.state.setdefault(p, {})
            if "m" not in s:
                s["m"], s["v"] = torch.zeros_like(p), torch.zeros_like(p)
            s["m"].mul_(0.9).add_(p.grad, alpha=0.1)
            s["v"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
            p.sub_(group["lr"] * (s["m"] / c1) / ((s["v"] / c2).sqrt() + 1e-8))
