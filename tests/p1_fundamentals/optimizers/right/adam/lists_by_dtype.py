# how: with torch._foreach_ functions over lists, for all parameters that have the same dtype and count
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, amsgrad: bool = False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params: list[Tensor], group: dict) -> None:
        alike: dict[tuple, list[Tensor]] = {}
        for p in params:
            state = self.state.setdefault(p, {})
            if "step" not in state:
                state["step"], state["exp_avg"], state["exp_avg_sq"] = 0, torch.zeros_like(p), torch.zeros_like(p)
            if group["amsgrad"] and "max_exp_avg_sq" not in state:
                state["max_exp_avg_sq"] = torch.zeros_like(p)
            state["step"] = int(state["step"]) + 1
            alike.setdefault((p.dtype, state["step"]), []).append(p)
        for (_, t), members in alike.items():
            self._move(members, t, group)

    def _move(self, params: list[Tensor], t: int, group: dict) -> None:
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        grads = [p.grad for p in params]
        means, squares = ([self.state[p][key] for p in params] for key in ("exp_avg", "exp_avg_sq"))
        if self.decoupled:
            torch._foreach_mul_(params, 1 - lr * decay)
        elif decay != 0:
            grads = torch._foreach_add(grads, params, alpha=decay)
        torch._foreach_mul_(means, beta1)
        torch._foreach_add_(means, grads, alpha=1 - beta1)
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)
        if group["amsgrad"]:
            largest = [self.state[p]["max_exp_avg_sq"] for p in params]
            torch._foreach_maximum_(largest, squares)
            squares = largest
        roots = torch._foreach_sqrt(squares)
        torch._foreach_div_(roots, (1 - beta2 ** t) ** 0.5)
        torch._foreach_add_(roots, group["eps"])
        torch._foreach_addcdiv_(params, means, roots, -lr / (1 - beta1 ** t))


class AdamW(Adam):
    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
