# what is wrong: The gradient is cut to a norm of 10 in place, so the caller's gradient is changed.
# told: changes_gradients
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, clip: float = 10.0):
        super().__init__(params, {"lr": lr, "clip": clip})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            norm = p.grad.norm().item()
            if norm > group["clip"]:
                p.grad.mul_(group["clip"] / norm)

            state = self.state.setdefault(p, {})
            state["t"] = t = state.get("t", 0) + 1
            if t == 1:
                state["m"] = torch.zeros_like(p)
                state["v"] = torch.zeros_like(p)
            state["m"].mul_(0.9).add_(0.1 * p.grad)
            state["v"].mul_(0.999).add_(0.001 * p.grad.square())
            p -= group["lr"] * (state["m"] / (1 - 0.9 ** t)) / (torch.sqrt(state["v"] / (1 - 0.999 ** t)) + 1e-8)
