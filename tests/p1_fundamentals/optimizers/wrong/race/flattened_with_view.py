# what is wrong: The gradient and the parameter are flattened with view(-1), which fails for tensors that are not contiguous.
# told: flattens_with_view
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    """Momentum divided by the root mean square of the tensor's own gradients."""

    def __init__(self, params: Iterable, lr: float, mu: float = 0.9, beta: float = 0.999):
        super().__init__(params, {"lr": lr, "mu": mu, "beta": beta})

    def update(self, params: list[Tensor], group: dict) -> None:
        mu, beta = group["mu"], group["beta"]
        for p in params:
            flat, g = p.view(-1), p.grad.view(-1)
            state = self.state.setdefault(p, {})
            if "t" not in state:
                state["t"], state["v"], state["m"] = 0, 0.0, torch.zeros_like(g)
            state["t"] += 1
            state["v"] = beta * state["v"] + (1 - beta) * torch.dot(g, g).item() / max(1, g.numel())
            state["m"].mul_(mu).add_(g, alpha=1 - mu)
            root = (state["v"] / (1 - beta ** state["t"])) ** 0.5 + 1e-8
            flat.sub_(state["m"], alpha=group["lr"] / root / (1 - mu ** state["t"]))
