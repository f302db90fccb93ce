# what is wrong: the reduced axes are put back one after the other with np.expand_dims in sorted order without making negative ones positive first, so for axis=(-2, -1) they land in the wrong places (in all three functions)
# told: puts_axes_back_one_after_another_in_sum, puts_axes_back_one_after_another_in_mean, puts_axes_back_one_after_another_in_max
r"""Sum, mean and max.

A reduction turns many numbers into one: $y = \sum_i a_i$, or $y = \frac{1}{n} \sum_i a_i$, or $y = \max_i a_i$.
Backward, one gradient $g = \partial L/\partial y$ goes out to all the numbers that $y$ was made of. With $[a_i = y]$
for 1 where that is true and 0 where it is not:

$$\frac{\partial L}{\partial a_i} = g \ \text{(sum)}, \qquad
  \frac{\partial L}{\partial a_i} = \frac{g}{n} \ \text{(mean)}, \qquad
  \frac{\partial L}{\partial a_i} = \frac{g}{k}\,[a_i = y] \ \text{(max, where $k$ elements equal $y$)}.$$

Where several elements are the maximum there is no single derivative. Sharing $g$ among them in equal parts is a fair
choice, and the one that `torch.amax` makes.

An `axis` that was summed over is lost from the shape, and the gradient that flows in lacks it too: it must be put
back before anything can be spread along it. To spread is to broadcast: summing and broadcasting are each other's way
back.

What holds for all three, beside the chapter's rules for every operation:

- `axis` is None for all axes, an int for one, or a tuple of at least one int for several; negative ones count from the
  last axis. With `keepdims=True` a reduced axis stays with length 1, else it is gone. All as in NumPy.
- Shape () and empty tensors are allowed. An axis of length 0 that is not reduced stays: shape (0, 3) reduced over axis
  1 gives shape (0,), and the gradient has shape (0, 3).
- The one parent is `a`. Its gradient is a new array in each call, which whoever gets it may write into.

The names hide Python's own `sum` and `max` inside this file; `np.sum` and `np.max` are there.

Source: Griewank and Walther, "Evaluating Derivatives" (2008), section 3.2.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def _axes(axis, ndim):
    """The reduced axes, as a tuple of numbers from 0."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, int):
        axis = (axis,)
    return tuple(i % ndim for i in axis)


def _put_back(g, axis, keepdims):
    """g with its lost axes put back; over all axes, () broadcasts by itself."""
    if keepdims or axis is None:
        return g
    if isinstance(axis, int):
        axis = (axis,)
    for i in sorted(axis):
        g = np.expand_dims(g, i)
    return g


def sum(a: Float[Tensor, "..."], axis: int | tuple[int, ...] | None = None,
        keepdims: bool = False) -> Float[Tensor, "..."]:
    r"""The sum over `axis`. Over no elements at all it is 0.

    >>> y = sum(Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), axis=1)
    >>> y.data
    array([3., 7.])
    >>> y.vjp(np.array([10.0, 20.0]))[0]
    array([[10., 10.],
           [20., 20.]])
    """
    def vjp(g):
        return (np.broadcast_to(_put_back(g, axis, keepdims), a.shape).copy(),)

    return record(np.sum(a.data, axis=axis, keepdims=keepdims), (a,), vjp)


def mean(a: Float[Tensor, "..."], axis: int | tuple[int, ...] | None = None,
         keepdims: bool = False) -> Float[Tensor, "..."]:
    r"""The mean over `axis`. The axes that are reduced have at least one element each.

    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    2.5
    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)).vjp(np.array(1.0))[0]
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    n = 1
    for i in _axes(axis, a.ndim):
        n *= a.shape[i]

    def vjp(g):
        return (np.broadcast_to(_put_back(g, axis, keepdims) / n, a.shape).copy(),)

    return record(np.mean(a.data, axis=axis, keepdims=keepdims), (a,), vjp)


def max(a: Float[Tensor, "..."], axis: int | tuple[int, ...] | None = None,
        keepdims: bool = False) -> Float[Tensor, "..."]:
    r"""The maximum over `axis`. The axes that are reduced have at least one element each.

    The gradient is shared in equal parts among all the elements that equal the maximum; the others get 0, however close
    they come. Infinities are numbers like others here: of three elements -inf each gets a third.

    >>> max(Tensor([[1.0, 5.0, 2.0], [4.0, 3.0, 4.0]]), axis=-1).data
    array([5., 4.])
    >>> max(Tensor([[1.0, 5.0, 2.0], [4.0, 3.0, 4.0]], requires_grad=True), axis=-1).vjp(np.array([1.0, 1.0]))[0]
    array([[0. , 1. , 0. ],
           [0.5, 0. , 0.5]])
    """
    top = np.max(a.data, axis=axis, keepdims=True)
    mask = a.data == top
    count = np.sum(mask, axis=axis, keepdims=True).astype(a.dtype)

    def vjp(g):
        return (mask * (_put_back(g, axis, keepdims) / count),)

    return record(np.max(a.data, axis=axis, keepdims=keepdims), (a,), vjp)
