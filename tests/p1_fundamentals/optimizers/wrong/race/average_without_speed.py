# what is wrong: It is gradient descent with a hidden factor of 10 on a mean of two gradients: no faster than SGD at its best.
# told: averages_two
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, boost: float = 10.0):
        super().__init__(params, {"lr": lr, "boost": boost})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            memory = self.state.setdefault(p, {})
            before = memory.get("before", p.grad)
            p.sub_((p.grad + before) / 2, alpha=group["lr"] * group["boost"])
            memory["before"] = p.grad.clone()
