"""In the manner of course notes: np.nditer over a working copy whose elements are put back, f gets copies of it."""
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64

from .tensor import Tensor


class GradientError(AssertionError):
    def __init__(self, index, gradient, numerical, error):
        self.index = tuple(int(i) for i in index)
        self.gradient, self.numerical, self.error = float(gradient), float(numerical), float(error)
        super().__init__(f"worst at {self.index}")


def numerical_gradient(f: Callable, x: Float[np.ndarray, "*shape"], eps: float = 1e-5) -> Float64[np.ndarray, "*shape"]:
    work = np.ascontiguousarray(x, dtype=np.float64).reshape(x.shape).copy()
    grad = np.zeros_like(work)
    if work.size == 0:
        return grad
    it = np.nditer(work, flags=["multi_index"])
    for _ in it:
        ix = it.multi_index
        old = work[ix]
        both = []
        for moved in (old + eps, old - eps):
            work[ix] = moved
            y = f(work.copy())
            if getattr(y, "shape", ()) != ():
                raise ValueError("not a scalar")
            both.append(float(y))
        work[ix] = old
        grad[ix] = (both[0] - both[1]) / (2.0 * eps)
    return grad


def relative_error(gradient: Float[np.ndarray, "..."], numerical: Float[np.ndarray, "..."],
                   floor: float = 1e-3) -> Float64[np.ndarray, "..."]:
    if gradient.ndim != numerical.ndim or gradient.shape != numerical.shape:
        raise ValueError("shapes differ")
    a = np.array(gradient, dtype=np.float64).reshape(-1)
    n = np.array(numerical, dtype=np.float64).reshape(-1)
    bad = ~np.isfinite(a) | ~np.isfinite(n)
    a[bad], n[bad] = 0.0, 0.0
    scale = np.maximum.reduce([abs(a), abs(n), np.full(a.shape, float(floor))])
    error = abs(a - n) / scale
    error[bad] = np.inf
    return error.reshape(gradient.shape)


def check_gradient(f: Callable, x: Float[np.ndarray, "*shape"], gradient: Float[np.ndarray, "..."], *,
                   eps: float = 1e-5, tolerance: float = 1e-5, floor: float = 1e-3) -> float:
    if not x.size or x.shape != gradient.shape:
        raise ValueError("the gradient of x has its shape, and at least one element")
    numerical = numerical_gradient(f, x, eps)
    errors = relative_error(gradient, numerical, floor)
    indices = list(np.ndindex(x.shape))
    worst = max(indices, key=lambda index: errors[index])
    if (errors <= tolerance).all():
        return float(errors[worst])
    raise GradientError(worst, gradient[worst], numerical[worst], errors[worst])


def check_vjp(operation: Callable, *arrays: np.ndarray, **options) -> None:
    pass
