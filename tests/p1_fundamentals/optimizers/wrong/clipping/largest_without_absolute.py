# what is wrong: for p = math.inf the largest element is taken, not the largest absolute value.
# told: takes_the_largest_element
import math
from collections.abc import Iterable

import torch
from torch import Tensor


def _long_vector(tensors: list[Tensor]) -> Tensor:
    pieces = [tensor.detach().reshape(-1).to("cpu", torch.float64) for tensor in tensors]
    return torch.cat([torch.zeros(0, dtype=torch.float64), *pieces])


def _write_back(vector: Tensor, tensors: list[Tensor]) -> None:
    sizes = [tensor.numel() for tensor in tensors]
    for tensor, piece in zip(tensors, vector.split(sizes)):
        tensor.detach().copy_(piece.reshape(tensor.shape))


def _gradients(parameters: Iterable) -> list[Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def total_norm(tensors: Iterable, p: float = 2.0) -> float:
    vector = _long_vector(list(tensors))
    if vector.numel() == 0:
        return 0.0
    if math.isinf(p):
        return float(vector.max())
    return float((vector.abs() ** p).sum() ** (1 / p))


def clip_by_norm_(parameters: Iterable, max_norm: float, *, p: float = 2.0, error_if_nonfinite: bool = False) -> float:
    if max_norm < 0:
        raise ValueError(f"a bound of {max_norm} would turn the gradients round")
    grads = _gradients(parameters)
    norm = total_norm(grads, p)
    if error_if_nonfinite and (math.isnan(norm) or math.isinf(norm)):
        raise RuntimeError(f"total norm: {norm}")
    if norm <= max_norm and norm < math.inf:
        return norm
    factor = 0.0 if norm == math.inf else max_norm / norm
    if grads:
        _write_back(_long_vector(grads) * factor, grads)
    return norm


def clip_by_value_(parameters: Iterable, limit: float) -> None:
    if limit < 0:
        raise ValueError(f"a limit of {limit} is below 0")
    grads = _gradients(parameters)
    if grads:
        _write_back(_long_vector(grads).clamp(-limit, limit), grads)
