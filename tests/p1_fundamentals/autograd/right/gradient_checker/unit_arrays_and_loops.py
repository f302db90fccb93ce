"""Unit arrays for the differences, and loops over plain floats for the comparison."""
import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64

from .tensor import Tensor


class GradientError(AssertionError):
    def __init__(self, index, gradient, numerical, error):
        self.index = tuple(int(i) for i in index)
        self.gradient, self.numerical, self.error = float(gradient), float(numerical), float(error)
        super().__init__(f"at {self.index}: {self.gradient} against {self.numerical} ({self.error:.2g})")


def numerical_gradient(f: Callable, x: Float[np.ndarray, "*shape"], eps: float = 1e-5) -> Float64[np.ndarray, "*shape"]:
    def number(z):
        y = np.asarray(f(z))
        if y.ndim:
            raise ValueError("f has to return a single number")
        return float(y)

    slopes = []
    for i in range(x.size):
        unit = np.zeros(x.size)
        unit[i] = eps
        unit = unit.reshape(x.shape)
        slopes.append((number(np.asarray(x + unit)) - number(np.asarray(x - unit))) / (2 * eps))
    return np.array(slopes, dtype=np.float64).reshape(x.shape)


def relative_error(gradient: Float[np.ndarray, "..."], numerical: Float[np.ndarray, "..."],
                   floor: float = 1e-3) -> Float64[np.ndarray, "..."]:
    if gradient.shape != numerical.shape:
        raise ValueError(f"{gradient.shape} is not {numerical.shape}")
    errors = []
    for a, n in zip(gradient.ravel().tolist(), numerical.ravel().tolist()):
        if math.isfinite(a) and math.isfinite(n):
            errors.append(abs(a - n) / max(abs(a), abs(n), floor))
        else:
            errors.append(math.inf)
    return np.array(errors, dtype=np.float64).reshape(gradient.shape)


def check_gradient(f: Callable, x: Float[np.ndarray, "*shape"], gradient: Float[np.ndarray, "..."], *,
                   eps: float = 1e-5, tolerance: float = 1e-5, floor: float = 1e-3) -> float:
    if gradient.shape != x.shape or x.size == 0:
        raise ValueError(f"a gradient of shape {gradient.shape} for an x of shape {x.shape}")
    numerical = numerical_gradient(f, x, eps)
    errors = relative_error(gradient, numerical, floor)
    largest, where = -1.0, None
    for index in np.ndindex(errors.shape):
        if errors[index] > largest:
            largest, where = float(errors[index]), index
    if not largest <= tolerance:
        raise GradientError(where, gradient[where], numerical[where], largest)
    return largest


def check_vjp(operation: Callable, *arrays: np.ndarray, **options) -> None:
    result = operation(*(Tensor(array, requires_grad=True) for array in arrays), **options)
    g = np.ones(result.shape)
    for place, gradient in enumerate(result.vjp(g)):
        def total(moved):
            return np.sum(operation(*(Tensor(moved if i == place else a) for i, a in enumerate(arrays)), **options).data)
        check_gradient(total, arrays[place], gradient)
