# what is wrong: 1e-6 is added to the norm in the divisor, as PyTorch does, so that small gradients become shorter than the bound.
# told: adds_a_small_number
import math

import torch


def total_norm(tensors, p=2.0):
    norms = [torch.linalg.vector_norm(t.detach().double(), ord=p).cpu() for t in tensors if t.numel()]
    if not norms:
        return 0.0
    return torch.linalg.vector_norm(torch.stack(norms), ord=p).item()


@torch.no_grad()
def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("max_norm is negative")
    grads = [q.grad for q in parameters if q.grad is not None]
    norm = total_norm(grads, p)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(f"the norm of the gradients is {norm}")
    factor = max_norm / (norm + 1e-6)
    if not factor >= 1:
        for grad in grads:
            grad.copy_(grad.double() * factor)
    return norm


@torch.no_grad()
def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("limit is negative")
    for q in parameters:
        if q.grad is not None:
            q.grad.copy_(torch.clamp(q.grad.to(torch.float64), min=-limit, max=limit))
