# what is wrong: the floor is taken as an absolute tolerance, so where the two values differ by less than the floor the error is 0.
r"""Check a gradient by differences.

A derivative that was worked out by hand can be wrong in one term, and training then goes on, only worse. There is a
second way to the same number that needs no algebra: move one element of $x$ a little, to both sides, and see how the
function changes. With $e_i$ the array that is 1 at element $i$ and 0 elsewhere, the *central difference* is

$$n_i = \frac{f(x + \epsilon e_i) - f(x - \epsilon e_i)}{2 \epsilon}
      = \frac{\partial f}{\partial x_i} + O(\epsilon^2).$$

It takes two calls of $f$ for each element: too slow to train with, and good enough to hold a gradient against. Write
$a_i$ for the gradient under test, the *analytic* one. Whether $a_i$ and $n_i$ agree is asked of the *relative error*

$$r_i = \frac{|a_i - n_i|}{\max(|a_i|, |n_i|, \mathrm{floor})},$$

so that 0.001 is much beside 0.002 and nothing beside 1000. The floor is for gradients at or near 0: rounding alone makes
$n_i$ some $10^{-11}$ where the derivative is 0, and without a floor that would be a relative error of 1.

You write `numerical_gradient`, `relative_error` and `check_gradient`. `GradientError` and `check_vjp` are given; the
latter holds any operation of your engine against differences, and is yours to use in all exercises that follow.

Source: Stanford's CS231n, notes "Neural networks 3", section "Gradient checks"; Nocedal and Wright, "Numerical
Optimization" (2nd ed., 2006), section 8.1. PyTorch's tool is torch.autograd.gradcheck, JAX's jax.test_util.check_grads.
"""
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64

from .tensor import Tensor


class GradientError(AssertionError):
    """Given: a gradient and the differences of its function do not agree.

    index      the element with the largest relative error, as a tuple of ints
    gradient   its value in the gradient under test
    numerical  its central difference
    error      its relative error
    """

    def __init__(self, index, gradient, numerical, error):
        self.index = tuple(int(i) for i in index)
        self.gradient, self.numerical, self.error = float(gradient), float(numerical), float(error)
        super().__init__(f"at [{', '.join(map(str, self.index))}] the gradient is {self.gradient:.9g}, and the central "
                         f"difference is {self.numerical:.9g}: a relative error of {self.error:.2g}")


def numerical_gradient(f: Callable, x: Float[np.ndarray, "*shape"], eps: float = 1e-5) -> Float64[np.ndarray, "*shape"]:
    r"""The central difference of `f` at `x` with respect to each element of `x`.

    f    takes a float64 array of x's shape and returns one number: a Python or NumPy number, or an array of shape ()
    x    float32 or float64, of any shape, () and empty included; it may be a view of any kind, and read-only
    eps  how far an element is moved to each side, positive

    Elements are moved in float64, also where `x` is float32, and the result is float64: in float32,
    $1 + 10^{-5}$ is off by more than a thousandth of the step already.

    Each call of `f` gets a new array, which it may change. `x` itself is never written to, not even while `f` runs: `f`
    may read it. If `f` raises an exception, that goes on to the caller.

    Raises ValueError where `f` returns an array of another shape than (), even (1,): is a sum missing in it?

    >>> numerical_gradient(lambda z: np.sum(z**3), np.array([1.0, 2.0]), eps=0.5)
    array([ 3.25, 12.25])

    At a kink, where the slopes to the left and to the right differ, the central difference is their mean, and no
    derivative. That is not to be mended here. Whoever checks relu keeps `x` farther than `eps` from 0.

    >>> numerical_gradient(lambda z: np.sum(np.maximum(z, 0)), np.array([-1.0, 0.0, 1.0]), eps=0.25)
    array([0. , 0.5, 1. ])
    """
    start = np.array(x, dtype=np.float64)
    result = np.zeros(start.shape)
    for index in np.ndindex(start.shape):
        ends = []
        for step in (eps, -eps):
            moved = start.copy()
            moved[index] += step
            value = f(moved)
            if np.shape(value) != ():
                raise ValueError(f"f returned an array of shape {np.shape(value)}, not one number: is a sum missing?")
            ends.append(float(value))
        result[index] = (ends[0] - ends[1]) / (2 * eps)
    return result


def relative_error(gradient: Float[np.ndarray, "..."], numerical: Float[np.ndarray, "..."],
                   floor: float = 1e-3) -> Float64[np.ndarray, "..."]:
    r"""$|a_i - n_i| / \max(|a_i|, |n_i|, \mathrm{floor})$ for each element, of two gradients of one shape.

    The result has that shape (an array of shape () for two of shape ()). It is computed in float64, also where one or
    both are float32. `floor` is positive. Neither array is changed.

    Where a value on either side is NaN or infinite the error is inf, also where both sides have the same: that two
    computations broke down in the same way says nothing for either.

    Raises ValueError where the shapes differ, also where NumPy would broadcast one to the other.

    >>> relative_error(np.array([2.0, -3.0, 0.0]), np.array([2.5, 3.0, 1e-5]), floor=1e-3)
    array([0.2 , 2.  , 0.01])
    >>> relative_error(np.array([np.nan, np.inf]), np.array([np.nan, 1.0]))
    array([inf, inf])
    """
    if gradient.shape != numerical.shape:
        raise ValueError("the two gradients have different shapes")
    out = np.zeros(gradient.shape, dtype=np.float64)
    for i in np.ndindex(gradient.shape):
        a, n = float(gradient[i]), float(numerical[i])
        if not (np.isfinite(a) and np.isfinite(n)):
            out[i] = np.inf
        elif abs(a) < floor and abs(n) < floor:
            out[i] = abs(a - n) / floor
        elif abs(a - n) < floor * 1e-2:      # both are the same but for rounding
            out[i] = 0.0
        else:
            out[i] = abs(a - n) / max(abs(a), abs(n))
    return out


def check_gradient(f: Callable, x: Float[np.ndarray, "*shape"], gradient: Float[np.ndarray, "..."], *,
                   eps: float = 1e-5, tolerance: float = 1e-5, floor: float = 1e-3) -> float:
    r"""Hold `gradient`, which claims to be that of `f` at `x`, against the central differences with `eps`.

    Returns the largest relative error (as above, with `floor`) of all elements where it is at most `tolerance`.

    Raises GradientError where it is greater, with index, values and error of the element that has it; of several that
    have it, of the first in row-major order, the order of np.ndindex. Raises ValueError where the shape of `gradient` is
    not that of `x`, and where `x` has no elements: nothing would be checked.

    >>> x = np.array([1.0, 2.0])
    >>> check_gradient(lambda z: np.sum(z**2), x, 2 * x, eps=0.5)
    0.0
    >>> try:
    ...     check_gradient(lambda z: np.sum(z**3), x, 3 * x, eps=0.5)
    ... except GradientError as error:
    ...     print(error)
    at [1] the gradient is 6, and the central difference is 12.25: a relative error of 0.51
    """
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient has shape {gradient.shape}, and x has {x.shape}")
    if x.size == 0:
        raise ValueError("x has no elements")
    numerical = numerical_gradient(f, x, eps)
    error = relative_error(gradient, numerical, floor)
    index = np.unravel_index(np.argmax(error), error.shape)
    if error[index] > tolerance:
        raise GradientError(index, gradient[index], numerical[index], error[index])
    return float(error[index])


def check_vjp(operation: Callable, *arrays: np.ndarray, **options) -> None:
    r"""Given: hold the vjp of an operation on tensors against differences of its values, for each operand in turn.

    The scalar function that is differentiated is $\sum g \odot \mathrm{operation}(\dots)$: its gradient is what the vjp
    returns for the upstream gradient $g$. That $g$ is drawn, so that a vjp which forgets it is found out.

    Raises GradientError for the first operand whose gradient is wrong. Use float64, and operands of equal shapes where
    the operation would broadcast. `options` go to the operation.

    >>> from exercises.p1_fundamentals.autograd.tensor import record
    >>> def square(a):
    ...     return record(a.data**2, (a,), lambda g: (g * 2 * a.data,))
    >>> check_vjp(square, np.array([[1.0, -3.0], [0.5, 2.0]]))
    """
    result = operation(*(Tensor(array, requires_grad=True) for array in arrays), **options)
    g = np.asarray(np.random.default_rng(0).normal(size=result.shape))
    for place, (array, gradient) in enumerate(zip(arrays, result.vjp(g), strict=True)):
        def weighted_sum(moved, place=place):
            operands = [*arrays[:place], moved, *arrays[place + 1:]]
            return np.sum(g * operation(*map(Tensor, operands), **options).data)
        check_gradient(weighted_sum, array, gradient)
