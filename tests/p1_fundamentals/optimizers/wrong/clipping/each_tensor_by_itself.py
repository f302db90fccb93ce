# what is wrong: each gradient gets a factor of its own, from its own norm.
# told: clips_each_by_itself
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
    total = total_norm(grads, p)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(f"the norm of the gradients is {total}")
    for grad in grads:
        norm = total_norm([grad], p)
        if not norm <= max_norm:
            grad.copy_(grad.double() * (max_norm / norm))
    return total


@torch.no_grad()
def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("limit is negative")
    for q in parameters:
        if q.grad is not None:
            q.grad.copy_(torch.clamp(q.grad.to(torch.float64), min=-limit, max=limit))
