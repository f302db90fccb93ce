"""One long vector of float64, and a power by hand."""
import math

import torch


def total_norm(tensors, p=2.0):
    flat = [t.detach().reshape(-1).double() for t in tensors]
    vector = torch.cat(flat) if flat else torch.zeros(0, dtype=torch.float64)
    if vector.numel() == 0:
        return 0.0
    size = vector.abs()
    if p == math.inf:
        return size.max().item()
    return size.pow(p).sum().pow(1 / p).item()


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("negative bound")
    grads = []
    for parameter in parameters:
        if parameter.grad is not None:
            grads.append(parameter.grad)
    norm = total_norm(grads, p)
    if math.isnan(norm) or math.isinf(norm):
        if error_if_nonfinite:
            raise RuntimeError("the norm is not finite")
    factor = 1.0 if norm <= max_norm else max_norm / norm
    if factor != 1.0:
        for grad in grads:
            grad *= factor
    return norm


def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("negative limit")
    for parameter in parameters:
        if parameter.grad is None:
            continue
        torch.clamp(parameter.grad, min=-limit, max=limit, out=parameter.grad)
