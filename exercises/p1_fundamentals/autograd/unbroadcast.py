r"""Undo broadcasting.

NumPy broadcasts: to add shapes (3, 4) and (4,) it copies the second array three times, without telling. Each copy
takes part in the loss, so each sends a gradient back, and they add up:

$$y = \mathrm{broadcast}(x) \;\Rightarrow\;
  \frac{\partial L}{\partial x_i} = \sum_{j \,\in\, \mathrm{copies}(i)} \frac{\partial L}{\partial y_j}.$$

Source: NumPy user guide, "Broadcasting", general rules.
"""
import numpy as np
from jaxtyping import Float


def unbroadcast(grad: Float[np.ndarray, "..."], shape: tuple[int, ...]) -> Float[np.ndarray, "..."]:
    r"""Sum `grad` back to `shape`, the shape that an array had before NumPy broadcast it to `grad.shape`.

    Broadcasting puts axes of length 1 in front until both shapes are equally long, then copies along every axis of
    length 1. The result has shape `shape` and the dtype of `grad`; `grad` is not changed.

    >>> unbroadcast(np.ones((3, 4)), (1, 4))
    array([[3., 3., 3., 3.]])
    >>> unbroadcast(np.ones((3, 4)), (4,))
    array([3., 3., 3., 3.])

    Raises ValueError where `shape` cannot be broadcast to `grad.shape`.
    """
    raise NotImplementedError
