# what is wrong: for p = math.inf Python's max compares the tensors' maxima, and a NaN that is not in the first tensor is lost.
# told: loses_a_nan
import math

import torch


def total_norm(tensors, p=2.0):
    tensors = [t.detach().double() for t in tensors if t.numel() > 0]
    if p == math.inf:
        return max((t.abs().max().item() for t in tensors), default=0.0)
    return sum(t.abs().pow(p).sum().item() for t in tensors) ** (1 / p) if tensors else 0.0


@torch.no_grad()
def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("max_norm is negative")
    grads = [q.grad for q in parameters if q.grad is not None]
    norm = total_norm(grads, p)
    if not math.isfinite(norm):
        if error_if_nonfinite:
            raise RuntimeError(f"the norm of the gradients is {norm}")
        factor = math.nan if math.isnan(norm) else 0.0
    elif norm > max_norm:
        factor = max_norm / norm
    else:
        return norm
    for grad in grads:
        grad.copy_(grad.double().mul_(factor) if grad.dtype != torch.float64 else grad * factor)
    return norm


@torch.no_grad()
def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("limit is negative")
    for q in parameters:
        if q.grad is not None:
            q.grad.copy_(torch.clamp(q.grad.to(torch.float64), min=-limit, max=limit))
