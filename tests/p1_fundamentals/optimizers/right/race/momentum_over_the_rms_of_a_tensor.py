# how: Nesterov's momentum, divided by one number for each tensor: the root mean square of its gradients so far.
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, momentum: float = 0.9, memory: float = 0.999, eps: float = 1e-8):
        super().__init__(params, dict(lr=lr, momentum=momentum, memory=memory, eps=eps))

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            self.state[p] = self._moved(p, self.state.get(p) or self._fresh(p), **self._settings(group))

    @staticmethod
    def _settings(group: dict) -> dict:
        return {name: group[name] for name in ("lr", "momentum", "memory", "eps")}

    @staticmethod
    def _fresh(p: Tensor) -> dict:
        return {"steps": 0, "velocity": torch.zeros_like(p), "square": 0.0}

    @staticmethod
    def _moved(p: Tensor, state: dict, lr: float, momentum: float, memory: float, eps: float) -> dict:
        """Move p and return what is remembered of it."""
        steps = state["steps"] + 1
        velocity = momentum * state["velocity"] + (1 - momentum) * p.grad
        square = p.grad.double().square().sum().item() / max(p.numel(), 1)
        square = memory * state["square"] + (1 - memory) * square
        rms = (square / (1 - memory ** steps)) ** 0.5
        direction = momentum * velocity + (1 - momentum) * p.grad
        p.sub_(direction, alpha=lr / (rms + eps))
        return {"steps": steps, "velocity": velocity, "square": square}
