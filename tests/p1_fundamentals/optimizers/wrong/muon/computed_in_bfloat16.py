# what is wrong: the iteration runs in bfloat16, as in the code of the authors, and is cast back at the end
# told: computes_in_bfloat16
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    assert G.ndim == 2
    a, b, c = COEFFICIENTS
    X = G.bfloat16()
    if G.size(0) > G.size(1):
        X = X.T
    X = X / (X.norm() + EPS)
    for _ in range(steps):
        A = X @ X.T
        B = b * A + c * A @ A
        X = a * X + B @ X
    if G.size(0) > G.size(1):
        X = X.T
    return X.to(G.dtype)


class Muon(Optimizer):
    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        lr, mu, wd = group["lr"], group["momentum"], group["weight_decay"]
        for p in params:
            g = p.grad
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(p)
            buf = state["momentum_buffer"]
            buf.lerp_(g, 1 - mu)
            update = torch.lerp(buf, g, 1 - mu) if group["nesterov"] else buf
            matrix = update.reshape(len(update), -1)
            ortho = newton_schulz(matrix, steps=group["ns_steps"])
            scale = max(1, matrix.size(0) / matrix.size(1)) ** 0.5
            p.mul_(1 - lr * wd)
            p.add_(ortho.reshape(p.shape), alpha=-lr * scale)


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    excluded = set(head.parameters())
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            excluded.update(module.parameters())
    matrices = [p for p in model.parameters() if p.ndim >= 2 and p not in excluded]
    others = [p for p in model.parameters() if p.ndim < 2 or p in excluded]
    return matrices, others
