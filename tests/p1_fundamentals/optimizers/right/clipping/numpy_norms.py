"""The norm by NumPy, scaled by the largest element first, and copies in float64 that are written back."""
import numpy as np


def total_norm(tensors, p=2.0):
    sizes = np.concatenate([np.zeros(1)] + [np.abs(t.detach().numpy().astype(np.float64)).ravel() for t in tensors])
    largest = sizes.max()
    if p == np.inf or largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sum((sizes / largest) ** p) ** (1 / p))


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0:
        raise ValueError("max_norm is negative")
    with_gradient = [parameter for parameter in list(parameters) if parameter.grad is not None]
    norm = total_norm((parameter.grad for parameter in with_gradient), p)
    if error_if_nonfinite and not np.isfinite(norm):
        raise RuntimeError(f"norm {norm}")
    if norm <= max_norm:
        return norm
    for parameter in with_gradient:
        parameter.grad.copy_(parameter.grad.double() * (max_norm / norm))
    return norm


def clip_by_value_(parameters, limit):
    if limit < 0:
        raise ValueError("limit is negative")
    for gradient in (parameter.grad for parameter in parameters):
        if gradient is not None:
            gradient[gradient > limit] = limit
            gradient[gradient < -limit] = -limit
