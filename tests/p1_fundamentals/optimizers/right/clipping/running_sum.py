"""A running sum of powers, and the factor as a tensor that is clamped to 1."""
import math

import torch


def total_norm(tensors, p=2.0):
    total = torch.zeros((), dtype=torch.float64)
    for tensor in tensors:
        if not tensor.numel():
            continue
        magnitudes = tensor.to(torch.float64).abs()
        total = torch.maximum(total, magnitudes.max()) if p == math.inf else total + (magnitudes ** p).sum()
    return float(total if p == math.inf else total ** (1 / p))


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if not max_norm >= 0:
        raise ValueError("a bound is not negative")
    parameters = list(parameters)
    gradients = [q.grad for q in parameters if q.grad is not None]
    norm = total_norm(gradients, p)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError("infinite or NaN")
    factor = (torch.tensor(max_norm, dtype=torch.float64) / norm).clamp(max=1.0) if norm != 0 else torch.tensor(1.0)
    for gradient in gradients:
        gradient.mul_(factor.item())
    return norm


def clip_by_value_(parameters, limit):
    if not limit >= 0:
        raise ValueError("a limit is not negative")
    for q in parameters:
        if q.grad is not None:
            q.grad.clip_(-limit, limit)
