# what is wrong: What is remembered is in a dict of the optimiser's own, by id, so state_dict does not save it.
# told: remembers_elsewhere
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    def __init__(self, params: Iterable, lr: float, beta1=0.9, beta2=0.999):
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2})
        self.memory = {}

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            if id(p) not in self.memory:
                self.memory[id(p)] = [0, torch.zeros_like(p), torch.zeros_like(p)]
            memory = self.memory[id(p)]
            memory[0] += 1
            t, m, v = memory
            m.lerp_(p.grad, 1 - group["beta1"])
            v.lerp_(p.grad.square(), 1 - group["beta2"])
            m_hat = m / (1 - group["beta1"] ** t)
            v_hat = v / (1 - group["beta2"] ** t)
            p -= group["lr"] * m_hat / (v_hat.sqrt() + 1e-8)
