# what is wrong: unbroadcast has no check of its own and leaves it to a final reshape to fail, so that a shape that does not broadcast but has as many elements, such as (3, 2) or (1, 2, 3) for a grad of shape (2, 3), gives a reshaped array; right is ValueError.
# told: never_refuses
r"""Undo broadcasting.

NumPy broadcasts: to add shapes (3, 4) and (4,) it uses the second array three times, as if it had been copied. Each
copy takes part in the loss, so each sends a gradient back, and they add up:

$$y = \mathrm{broadcast}(x) \;\Rightarrow\;
  \frac{\partial L}{\partial x_i} = \sum_{j \,\in\, \mathrm{copies}(i)} \frac{\partial L}{\partial y_j}.$$

Source: NumPy user guide, "Broadcasting", general rules.
"""
import numpy as np
from jaxtyping import Float


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
    extra = max(grad.ndim - len(shape), 0)
    axes = list(range(extra))
    for i in range(-1, -min(len(shape), grad.ndim) - 1, -1):
        if shape[i] == 1 and grad.shape[i] != 1:
            axes.append(grad.ndim + i)
    summed = np.sum(grad, axis=tuple(axes), keepdims=True) if axes else grad
    return np.reshape(summed, shape)          # a ValueError where the shapes do not fit
