# what is wrong: in the centred form the mean is subtracted from the gradient in the numerator too, as in a standardisation
# told: centres_the_step_too
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    def update(self, params: list[Tensor], group: dict) -> None:
        for p in params:
            g = p.grad.clone()
            if group["weight_decay"]:
                g.add_(p, alpha=group["weight_decay"])
            st = self.state.setdefault(p, {})
            st["step"] = int(st.get("step", 0)) + 1
            if "square_avg" not in st:
                st["square_avg"] = torch.zeros_like(p)
            st["square_avg"].mul_(group["alpha"]).add_(g * g, alpha=1 - group["alpha"])
            var = st["square_avg"]
            if group["centered"]:
                if "grad_avg" not in st:
                    st["grad_avg"] = torch.zeros_like(p)
                st["grad_avg"].mul_(group["alpha"]).add_(g, alpha=1 - group["alpha"])
                var = (var - st["grad_avg"] * st["grad_avg"]).clamp_min(0)
                g = g - st["grad_avg"]
            g = g / (torch.sqrt(var) + group["eps"])
            if group["momentum"] != 0:
                if "momentum_buffer" not in st:
                    st["momentum_buffer"] = torch.zeros_like(p)
                st["momentum_buffer"].mul_(group["momentum"]).add_(g)
                g = st["momentum_buffer"]
            p.add_(g, alpha=-group["lr"])
