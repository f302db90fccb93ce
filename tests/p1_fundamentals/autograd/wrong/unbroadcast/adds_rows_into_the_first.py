# what is wrong: unbroadcast adds up the copies with `total = rows[0]; total += row`, where rows[0] is a view of grad, so that grad itself is changed; right is to leave grad as it is and to sum into a new array.
# told: adds_into_the_first_copy
r"""Undo broadcasting.

NumPy broadcasts: to add shapes (3, 4) and (4,) it uses the second array three times, as if it had been copied. Each
copy takes part in the loss, so each sends a gradient back, and they add up:

$$y = \mathrm{broadcast}(x) \;\Rightarrow\;
  \frac{\partial L}{\partial x_i} = \sum_{j \,\in\, \mathrm{copies}(i)} \frac{\partial L}{\partial y_j}.$$

Source: NumPy user guide, "Broadcasting", general rules.
"""
import numpy as np
from jaxtyping import Float


def _add_up(rows):
    """The sum of the rows."""
    if len(rows) == 0:
        return np.zeros(rows.shape[1:], dtype=rows.dtype)
    total = rows[0]
    for row in rows[1:]:
        total += row
    return np.asarray(total)


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
    extra = grad.ndim - len(shape)
    if extra < 0 or any(n != m and n != 1 for n, m in zip(shape, grad.shape[extra:])):
        raise ValueError(f"{shape} does not broadcast to {grad.shape}")

    for _ in range(extra):
        grad = _add_up(grad)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = np.expand_dims(_add_up(np.moveaxis(grad, axis, 0)), axis)
    return grad
