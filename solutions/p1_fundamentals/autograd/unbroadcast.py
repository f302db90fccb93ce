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
    ### BEGIN SOLUTION
    if grad.shape == shape:
        return grad

    # Align the shapes at their last axes, as broadcasting does: (4,) -> (1, 4).
    new_axes = grad.ndim - len(shape)
    aligned = (1,) * new_axes + shape
    if new_axes < 0 or any(n not in (1, g) for n, g in zip(aligned, grad.shape)):
        raise ValueError(f"shape {shape} does not broadcast to {grad.shape}")

    # Copies were made along every axis that is 1 here and longer (or empty) there.
    copied = tuple(axis for axis, (n, g) in enumerate(zip(aligned, grad.shape)) if n == 1 and g != 1)
    return grad.sum(axis=copied, keepdims=True).reshape(shape)  # (3, 4) -> (1, 4) -> (4,)
    ### END SOLUTION

### BEGIN AFTERWORD
# Forward, broadcasting copies a number; backward, the gradients of the copies are added. The same pair comes back
# wherever something is shared: a bias that is added to every row of a batch, a word's vector that occurs twice, a
# filter that slides over an image. What is used several times gets the sum.
### END AFTERWORD

### BEGIN HINTS
# 1. Broadcasting does two things: it puts axes in front, and it stretches axes of length 1. Undo both by summing.
# 2. Put ones in front of `shape` until it is as long as `grad.shape`. Where one of them is 1 and the other is not,
#    that axis was copied. Any other difference means that it was never broadcast: ValueError.
# 3. `grad.sum(axis=copied, keepdims=True).reshape(shape)`, with `copied` the tuple of those axes.
### END HINTS
