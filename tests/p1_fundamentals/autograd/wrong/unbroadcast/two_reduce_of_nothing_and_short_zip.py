# what is wrong: two mistakes: _leading adds the copies with functools.reduce without a start value, which raises TypeError where an axis in front has length 0, right is zeros; and _fits compares with zip, which stops at the shorter, so that shape (1, 3, 4) for grad (3, 4) is taken and reshaped, right is ValueError for a shape with more axes than grad.
# told: never_refuses, reduces_nothing
r"""Undo broadcasting.

NumPy broadcasts: to add shapes (3, 4) and (4,) it uses the second array three times, as if it had been copied. Each
copy takes part in the loss, so each sends a gradient back, and they add up:

$$y = \mathrm{broadcast}(x) \;\Rightarrow\;
  \frac{\partial L}{\partial x_i} = \sum_{j \,\in\, \mathrm{copies}(i)} \frac{\partial L}{\partial y_j}.$$

Source: NumPy user guide, "Broadcasting", general rules.
"""
import functools
import operator

import numpy as np
from jaxtyping import Float


def _fits(shape, target):
    return all(n == m or n == 1 for n, m in zip(reversed(shape), reversed(target)))


def _leading(grad):
    return np.array(functools.reduce(operator.add, grad))


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
    if not _fits(shape, grad.shape):
        raise ValueError(f"cannot undo a broadcast from {shape} to {grad.shape}")
    while grad.ndim > len(shape):
        grad = _leading(grad)
    pairs = zip(reversed(shape), reversed(grad.shape))
    axes = tuple(-k for k, (n, m) in enumerate(pairs, start=1) if n == 1 and m != 1)
    return (grad.sum(axis=axes, keepdims=True) if axes else grad).reshape(shape)
