# what is wrong: a shape with more axes than grad is not refused: zip stops at the shorter one, so (3,) to (3, 1) or () to (1,) is reshaped instead of raising ValueError
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
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = ()
    for axis, (g, s) in enumerate(zip(grad.shape, padded)):
        if g != s:
            if s != 1:
                raise ValueError(f"cannot broadcast {shape} to {grad.shape}")
            axes += (axis,)
    return np.asarray(grad.sum(axis=axes, keepdims=True)).reshape(shape)
