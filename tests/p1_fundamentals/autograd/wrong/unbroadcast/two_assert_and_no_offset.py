# what is wrong: two mistakes: _check asserts that shape broadcasts, which raises AssertionError, right is ValueError; and _stretched looks for the axes of length 1 before the axes in front are gone without counting those, so that (1, 4) for grad (2, 3, 4) sums axis 0 twice over and comes out as (3, 4), right is axis extra + i.
# told: asserts_that_shapes_fit, forgets_the_axes_in_front_when_it_counts
r"""Undo broadcasting.

NumPy broadcasts: to add shapes (3, 4) and (4,) it uses the second array three times, as if it had been copied. Each
copy takes part in the loss, so each sends a gradient back, and they add up:

$$y = \mathrm{broadcast}(x) \;\Rightarrow\;
  \frac{\partial L}{\partial x_i} = \sum_{j \,\in\, \mathrm{copies}(i)} \frac{\partial L}{\partial y_j}.$$

Source: NumPy user guide, "Broadcasting", general rules.
"""
import numpy as np
from jaxtyping import Float


def _check(grad, shape):
    assert len(shape) <= grad.ndim, "too many axes"
    for n, m in zip(shape[::-1], grad.shape[::-1]):
        assert n in (1, m), f"{shape} cannot be broadcast to {grad.shape}"


def _stretched(grad, shape):
    """Sum the axes that had length 1."""
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def _leading(grad, ndim):
    """Sum the axes that NumPy put in front."""
    while grad.ndim > ndim:
        grad = np.asarray(grad.sum(axis=0))
    return grad


def unbroadcast(grad: Float[np.ndarray, "..."], shape: tuple[int, ...]) -> Float[np.ndarray, "..."]:
    r"""Sum `grad` back to `shape`, the shape that an array had before NumPy broadcast it to `grad.shape`.

    Broadcasting puts axes of length 1 in front of the shorter shape until both are equally long. Then it stretches an
    axis of length 1 to whatever length the other array has there, be it 0: of no copies at all the sum is 0.

    The result is an array of shape `shape`, also for shape (), with the dtype of `grad`. `grad` is not changed; where
    nothing was broadcast, the result may be `grad` itself or a view of it, else it is a new array.

    >>> unbroadcast(np.ones((3, 4)), (1, 4))
    array([[3., 3., 3., 3.]])
    >>> unbroadcast(np.ones((3, 4)), (4,))
    array([3., 3., 3., 3.])
    >>> unbroadcast(np.ones((2, 0)), (2, 1))
    array([[0.],
           [0.]])

    Raises ValueError where `shape` cannot be broadcast to `grad.shape`.
    """
    _check(grad, shape)
    grad = _stretched(grad, shape)
    return _leading(grad, len(shape))
