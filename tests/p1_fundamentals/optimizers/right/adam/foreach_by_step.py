# how: _foreach_ functions on parameters that share dtype and number of steps, so that the corrections are one number.
from collections import defaultdict

import torch

from .base import Optimizer


class Adam(Optimizer):
    decoupled = False

    def __init__(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params, group):
        alike = defaultdict(list)
        for p in params:
            if p not in self.state:
                keys = ["exp_avg", "exp_avg_sq"] + (["max_exp_avg_sq"] if group["amsgrad"] else [])
                self.state[p] = {"step": 0} | {key: torch.zeros_like(p) for key in keys}
            self.state[p]["step"] = int(self.state[p]["step"]) + 1
            alike[self.state[p]["step"], p.dtype].append(p)
        for (t, _), some in alike.items():
            self.together(some, t, group)

    def together(self, params, t, group):
        (beta1, beta2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
        grads = [p.grad for p in params]
        ms, vs = ([self.state[p][key] for p in params] for key in ("exp_avg", "exp_avg_sq"))
        if self.decoupled:
            torch._foreach_mul_(params, 1 - lr * decay)
        else:
            grads = torch._foreach_add(grads, params, alpha=decay)
        torch._foreach_mul_(ms, beta1)
        torch._foreach_add_(ms, grads, alpha=1 - beta1)
        torch._foreach_mul_(vs, beta2)
        torch._foreach_addcmul_(vs, grads, grads, value=1 - beta2)
        if group["amsgrad"]:
            ws = [self.state[p]["max_exp_avg_sq"] for p in params]
            torch._foreach_maximum_(ws, vs)
            vs = ws
        denominators = torch._foreach_div(vs, 1 - beta2**t)
        torch._foreach_sqrt_(denominators)
        torch._foreach_add_(denominators, group["eps"])
        torch._foreach_addcdiv_(params, ms, denominators, value=-lr / (1 - beta1**t))


class AdamW(Adam):
    decoupled = True

    def __init__(self, params, *, weight_decay=0.01, **options):
        super().__init__(params, weight_decay=weight_decay, **options)
