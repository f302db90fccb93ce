# what is wrong: There is nothing beside the root, so a number whose gradients have all been 0 becomes NaN.
# told: divides_by_zero
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, mu: float = 0.9, rho: float = 0.999):
        super().__init__(params, {"lr": lr, "mu": mu, "rho": rho})

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, mu, rho = group["lr"], group["mu"], group["rho"]
        for p in params:
            g, memory = p.grad, self.state.setdefault(p, {})
            n = memory["n"] = memory.get("n", 0) + 1
            m = memory["m"] = mu * memory.get("m", torch.zeros_like(g)) + (1 - mu) * g
            v = memory["v"] = rho * memory.get("v", torch.zeros_like(g)) + (1 - rho) * g * g
            p -= lr * (m / (1 - mu ** n)) / torch.sqrt(v / (1 - rho ** n))
