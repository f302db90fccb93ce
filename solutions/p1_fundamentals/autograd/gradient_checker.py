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

    f    takes a float64 array of x's shape and returns one real number: Python's or NumPy's, or an array of shape ()
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
    ### BEGIN SOLUTION
    def value(index, step):
        moved = x.astype(np.float64)   # a new array, of float64 too
        moved[index] += step
        result = f(moved)
        if np.shape(result) != ():
            raise ValueError(f"f must return one number, and returned an array of shape {np.shape(result)}")
        return float(result)

    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):  # one index, (), for the shape (); none for an empty one
        gradient[index] = (value(index, eps) - value(index, -eps)) / (2 * eps)
    return gradient
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    if gradient.shape != numerical.shape:
        raise ValueError(f"the gradient has shape {gradient.shape}, and the numerical one {numerical.shape}")
    error = np.full(gradient.shape, np.inf)
    finite = np.isfinite(gradient) & np.isfinite(numerical)
    a, n = gradient[finite].astype(np.float64), numerical[finite].astype(np.float64)  # both (number of finite pairs,)
    error[finite] = np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    return error
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    numerical = numerical_gradient(f, x, eps)
    errors = relative_error(gradient, numerical, floor)
    if not errors.size:
        raise ValueError("x has no elements, so nothing would be checked")

    worst = np.unravel_index(np.argmax(errors), errors.shape)  # argmax takes the first of equals
    if errors[worst] > tolerance:
        raise GradientError(worst, gradient[worst], numerical[worst], errors[worst])
    return float(errors[worst])
    ### END SOLUTION


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

### BEGIN AFTERWORD
# Try it on what you wrote before: `check_vjp(mul, np.array([2.0, -1.0]), np.array([0.5, 3.0]))`, with both imported from
# their modules. It is silent where a vjp is right. Then break the vjp and read where and by how much it is wrong: a
# factor that is the same everywhere, a sign, one element alone say different things.
#
# A gradient that passes is right at this point, and for this g. Draw several points, with axes of length 1 among the
# shapes, and stay off kinks. And count the calls: two for each element of x, where a backward pass is one for them all.
### END AFTERWORD

### BEGIN HINTS
# 1. numerical_gradient moves one element at a time, in a copy that nobody else has: `f` may write into it. np.ndindex
#    walks over all indices of any shape, () included. For the check, think of what a single number such as a sum or a
#    norm would hide: it has to look at the largest of all errors.
# 2. `x.astype(np.float64)` is a new array each time, of float64 too. Look at `np.shape(f(moved))` before you use the
#    value. For relative_error, compare the shapes first, fill the result with inf, and compute only where both sides
#    are finite. check_gradient asks the two others, finds the largest error with np.argmax, and turns that number into
#    an index with np.unravel_index.
# 3. For each index: `moved = x.astype(np.float64); moved[index] += eps`, the same with -eps, and
#    `gradient[index] = (high - low) / (2 * eps)`. Then `finite = np.isfinite(a) & np.isfinite(n)`, and there
#    `np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)`. At last
#    `worst = np.unravel_index(np.argmax(errors), errors.shape)`, and
#    `if errors[worst] > tolerance: raise GradientError(worst, gradient[worst], numerical[worst], errors[worst])`.
### END HINTS
