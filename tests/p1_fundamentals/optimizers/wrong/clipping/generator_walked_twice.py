# what is wrong: the parameters are walked through twice, so a generator is used up by the norm and nothing is clipped.
# told: walks_twice
import math

import torch


def total_norm(tensors, p=2.0):
    total = torch.tensor(0.0, dtype=torch.float64)
    for tensor in tensors:
        if tensor.numel() == 0:
            continue
        sizes = tensor.detach().to(torch.float64).abs()
        if p == math.inf:
            total = torch.maximum(total, sizes.amax().cpu())
        elif p == 2:
            total = total + sizes.square().sum().cpu()
        else:
            total = total + (sizes ** p).sum().cpu()
    if p == math.inf:
        return total.item()
    return math.sqrt(total.item()) if p == 2 else total.item() ** (1.0 / p)


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0.0:
        raise ValueError("max_norm must not be negative")
    norm = total_norm((q.grad for q in parameters if q.grad is not None), p)
    finite = math.isfinite(norm)
    if error_if_nonfinite and not finite:
        raise RuntimeError("the gradients' norm is not finite")
    if finite and norm <= max_norm:
        return norm
    factor = 0.0 if math.isinf(norm) else max_norm / norm
    for q in parameters:
        if q.grad is not None:
            grad = q.grad.detach()
            grad[...] = (grad.to(torch.float64) * factor).to(grad.dtype)
    return norm


def clip_by_value_(parameters, limit):
    if limit < 0.0:
        raise ValueError("limit must not be negative")
    for parameter in parameters:
        if parameter.grad is None:
            continue
        grad = parameter.grad.detach()
        wide = grad.to(torch.float64, copy=True)
        wide[wide > limit] = limit
        wide[wide < -limit] = -limit
        grad[...] = wide.to(grad.dtype)
