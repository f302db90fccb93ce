"""The step that was really made divides; the comparison is np.where over whole arrays."""
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64

from .tensor import Tensor


class GradientError(AssertionError):
    """Given."""

    def __init__(self, index, gradient, numerical, error):
        self.index = tuple(int(i) for i in index)
        self.gradient, self.numerical, self.error = float(gradient), float(numerical), float(error)
        super().__init__(f"{self.gradient:.9g} for {self.numerical:.9g} at {list(self.index)}, error {self.error:.2g}")


def numerical_gradient(f: Callable, x: Float[np.ndarray, "*shape"], eps: float = 1e-5) -> Float64[np.ndarray, "*shape"]:
    start = np.array(x, dtype=np.float64, order="C")
    gradient = np.zeros(start.shape)
    for i in range(start.size):
        above, below = start.copy(), start.copy()
        above.flat[i] += eps
        below.flat[i] -= eps
        way = above.flat[i] - below.flat[i]  # 2 eps but for rounding
        high, low = f(above), f(below)
        for value in (high, low):
            if isinstance(value, np.ndarray) and value.shape:
                raise ValueError(f"f returned shape {value.shape}")
        gradient.flat[i] = (np.float64(high) - np.float64(low)) / way
    return gradient


def relative_error(gradient: Float[np.ndarray, "..."], numerical: Float[np.ndarray, "..."],
                   floor: float = 1e-3) -> Float64[np.ndarray, "..."]:
    if not np.array_equal(gradient.shape, numerical.shape):
        raise ValueError("a gradient has the shape of its x")
    a, n = np.float64(gradient), np.float64(numerical)
    with np.errstate(invalid="ignore"):
        error = np.abs(a - n) / np.max([np.abs(a), np.abs(n), np.full(np.shape(a), floor)], axis=0)
    return np.asarray(np.where(np.isfinite(a + n) & np.isfinite(a - n), error, np.inf))


def check_gradient(f: Callable, x: Float[np.ndarray, "*shape"], gradient: Float[np.ndarray, "..."], *,
                   eps: float = 1e-5, tolerance: float = 1e-5, floor: float = 1e-3) -> float:
    if x.size == 0:
        raise ValueError("nothing to check")
    numerical = numerical_gradient(f, x, eps=eps)
    errors = relative_error(gradient, numerical, floor=floor)
    largest = errors.max()
    if largest > tolerance:
        index = tuple(np.argwhere(errors == largest)[0])
        raise GradientError(index, gradient[index], numerical[index], largest)
    return float(largest)


def check_vjp(operation: Callable, *arrays: np.ndarray, **options) -> None:
    """Given."""
    result = operation(*(Tensor(array, requires_grad=True) for array in arrays), **options)
    g = np.asarray(np.random.default_rng(0).normal(size=result.shape))
    for place, (array, gradient) in enumerate(zip(arrays, result.vjp(g), strict=True)):
        def weighted_sum(moved, place=place):
            operands = [*arrays[:place], moved, *arrays[place + 1:]]
            return np.sum(g * operation(*map(Tensor, operands), **options).data)
        check_gradient(weighted_sum, array, gradient)
