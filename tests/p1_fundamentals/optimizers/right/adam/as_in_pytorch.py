# how: PyTorch's loop in place, tensor by tensor; the two classes share a function, and AdamW is no subclass of Adam.
import torch

from .base import Optimizer


def adam_step(optimizer, params, group, decoupled):
    beta1, beta2 = group["betas"]
    lr, wd = group["lr"], group["weight_decay"]
    for p in params:
        grad, state = p.grad, optimizer.state.setdefault(p, {})
        if len(state) == 0:
            state["step"] = 0
            state["exp_avg"] = torch.zeros_like(p, memory_format=torch.preserve_format)
            state["exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)
        state["step"] = int(state["step"]) + 1
        if wd != 0:
            if decoupled:
                p.mul_(1 - lr * wd)
            else:
                grad = grad.add(p, alpha=wd)
        exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
        exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
        exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        correction1, correction2 = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
        if group["amsgrad"]:
            torch.maximum(state["max_exp_avg_sq"], exp_avg_sq, out=state["max_exp_avg_sq"])
            denom = (state["max_exp_avg_sq"].sqrt() / correction2 ** 0.5).add_(group["eps"])
        else:
            denom = (exp_avg_sq.sqrt() / correction2 ** 0.5).add_(group["eps"])
        p.addcdiv_(exp_avg, denom, value=-lr / correction1)


class Adam(Optimizer):
    def __init__(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params, group):
        adam_step(self, params, group, decoupled=False)


class AdamW(Optimizer):
    def __init__(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params, group):
        adam_step(self, params, group, decoupled=True)
