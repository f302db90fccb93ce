# what is wrong: the powers are taken and summed in the dtype of the gradient and only the sums are widened, so that large float16 and float32 gradients overflow.
# told: computes_in_the_tensors_dtype
import math

import torch


def total_norm(tensors, p=2.0):
    total = torch.tensor(0.0, dtype=torch.float64)
    for tensor in tensors:
        if tensor.numel() == 0:
            continue
        sizes = tensor.detach().abs()
        if p == math.inf:
            total = torch.maximum(total, sizes.amax().cpu().double())
        else:
            total = total + (sizes ** p).sum().cpu().double()
    return total.item() if p == math.inf else total.item() ** (1.0 / p)


def clip_by_norm_(parameters, max_norm, *, p=2.0, error_if_nonfinite=False):
    if max_norm < 0.0:
        raise ValueError("max_norm must not be negative")
    parameters = [parameter for parameter in parameters if parameter.grad is not None]
    norm = total_norm((parameter.grad for parameter in parameters), p)
    finite = math.isfinite(norm)
    if error_if_nonfinite and not finite:
        raise RuntimeError("the gradients' norm is not finite")
    if finite and norm <= max_norm:
        return norm
    if math.isinf(norm):
        factor = 0.0
    else:
        factor = max_norm / norm
    for parameter in parameters:
        grad = parameter.grad.detach()
        wide = grad.to(torch.float64, copy=True)
        wide *= factor
        grad[...] = wide.to(grad.dtype)
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
