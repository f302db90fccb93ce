# what is wrong: the factor for the shape is that of the first two axes, in a convolution too, whose columns are all others
# told: takes_the_shape_of_two_axes
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    rows, cols = G.shape
    if rows > cols:
        return newton_schulz(G.mT, steps=steps).mT
    X = G / (torch.linalg.vector_norm(G) + EPS)
    for _ in range(steps):
        gram = X @ X.mT
        cubic = gram @ X
        X = COEFFICIENTS[0] * X + COEFFICIENTS[1] * cubic + COEFFICIENTS[2] * (gram @ cubic)
    return X


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, momentum = group["lr"], group["momentum"]
        for p in params:
            state = self.state.setdefault(p, {"momentum_buffer": torch.zeros_like(p)})
            B = state["momentum_buffer"]
            B.mul_(momentum).add_(p.grad, alpha=1 - momentum)
            D = momentum * B + (1 - momentum) * p.grad if group["nesterov"] else B
            step = newton_schulz(D.reshape(p.shape[0], -1), steps=group["ns_steps"]).reshape(p.shape)
            rows, cols = p.shape[:2]
            p.mul_(1 - lr * group["weight_decay"])
            p.sub_(step, alpha=lr * max(1, rows / cols) ** 0.5)


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    ids = {id(p) for p in head.parameters()}
    ids |= {id(p) for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    matrices, others = [], []
    for p in model.parameters():
        if p.dim() < 2 or id(p) in ids:
            others.append(p)
        else:
            matrices.append(p)
    return matrices, others
