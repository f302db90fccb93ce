# what is wrong: a new tensor is put into grad instead of changing the gradient in place.
# told: makes_new_gradients
import math

import torch


def total_norm(tensors, p=2.0):
    norms = [torch.linalg.vector_norm(t.detach().double(), ord=p).cpu() for t in tensors if t.numel()]
    if not norms:
        return 0.0
    return torch.linalg.vector_norm(torch.stack(norms), ord=p).item()


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("max_norm is negative")
    with_grad = [q for q in parameters if q.grad is not None]
    norm = total_norm([q.grad for q in with_grad], p)
    if not math.isfinite(norm):
        if error_if_nonfinite:
            raise RuntimeError(f"the norm of the gradients is {norm}")
        factor = 0.0 if norm == math.inf else math.nan
    else:
        factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    if factor != 1.0:
        for q in with_grad:
            q.grad = (q.grad.detach().double() * factor).to(q.grad.dtype)
    return norm


@torch.no_grad()
def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("limit is negative")
    for q in parameters:
        if q.grad is not None:
            q.grad.copy_(torch.clamp(q.grad.to(torch.float64), min=-limit, max=limit))
