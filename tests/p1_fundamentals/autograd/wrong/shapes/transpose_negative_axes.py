# what is wrong: transpose's vjp inverts with np.argsort(axes) without making negative axes positive first, so for axes with negative numbers among others, such as (-1, 0, 1), the way back is wrong
# told: sorts_negative_axes
r"""Reshape, transpose, index, concatenate.

These operations compute nothing: every element of the result is an element of an operand, moved. Write $s(j)$ for the
place that element $j$ of the result was taken from, $y_j = a_{s(j)}$. Backward, each gradient goes home, and those
that come to the same place add up:

$$\frac{\partial L}{\partial a_i} = \sum_{j \,:\, s(j) = i} \frac{\partial L}{\partial y_j}.$$

In a reshape, a transpose and a concatenation every element is taken once, and the vjp is the move back. An index may
leave elements out, whose gradient is 0, and take others several times: a row of an embedding table receives a
gradient from every word that looked it up.

What holds for all four, beside the chapter's rules for every operation: empty tensors are allowed, and in all but
`concatenate` shape () too. Lengths, axes and indices fit the operands.

Source: Griewank and Walther, "Evaluating Derivatives" (2008), section 3.2; NumPy user guide, "Indexing on ndarrays".
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def reshape(a: Float[Tensor, "..."], shape: tuple[int, ...]) -> Float[Tensor, "..."]:
    r"""The elements of `a`, in their order, in another shape. One length may be -1: it follows from the others.

    >>> y = reshape(Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), (-1,))
    >>> y.data
    array([1., 2., 3., 4.])
    >>> y.vjp(np.array([5.0, 6.0, 7.0, 8.0]))[0]
    array([[5., 6.],
           [7., 8.]])
    """
    return record(a.data.reshape(shape), (a,), lambda g: (g.reshape(a.shape),))


def transpose(a: Float[Tensor, "..."], axes: tuple[int, ...] | None = None) -> Float[Tensor, "..."]:
    r"""The axes of `a` in another order: axis $i$ of the result is axis `axes[i]` of `a`.

    `axes` names every axis once; negative ones count from the last. None reverses their order.

    >>> y = transpose(Tensor(np.zeros((2, 3, 4)), requires_grad=True), (1, 2, 0))
    >>> y.shape
    (3, 4, 2)
    >>> y.vjp(np.zeros((3, 4, 2)))[0].shape
    (2, 3, 4)
    """
    if axes is None:
        axes = tuple(range(a.ndim))[::-1]
    inverse = tuple(int(i) for i in np.argsort(axes))
    return record(np.transpose(a.data, axes), (a,), lambda g: (np.transpose(g, inverse),))


def index(a: Float[Tensor, "..."], index) -> Float[Tensor, "..."]:
    r"""`a[index]`, for whatever selects from an array in NumPy.

    An index is an int, a slice, `...`, None, an array of integers, a boolean mask, or a tuple of such. An array of
    integers may name an element more than once: the gradients of all its copies add up. Nobody changes an index
    before the gradient has come back.

    >>> y = index(Tensor([1.0, 2.0, 3.0], requires_grad=True), np.array([2, 0, 2]))
    >>> y.data
    array([3., 1., 3.])
    >>> y.vjp(np.array([10.0, 20.0, 30.0]))[0]
    array([20.,  0., 40.])
    """
    places = np.asarray(np.arange(a.data.size).reshape(a.shape)[index])

    def vjp(g):
        grad = np.zeros(a.data.size, dtype=a.dtype)
        np.add.at(grad, places.reshape(-1), g.reshape(-1))
        return (grad.reshape(a.shape),)

    return record(a.data[index], (a,), vjp)


def concatenate(tensors: list[Float[Tensor, "..."]] | tuple[Float[Tensor, "..."], ...],
                axis: int = 0) -> Float[Tensor, "..."]:
    r"""The tensors, of which there is at least one, joined end to end along `axis`.

    They have the same shape but for their lengths along `axis`, which may differ and may be 0; a negative `axis`
    counts from the last. The tensors are the parents, as a tuple in their order, and each receives its own piece of
    the gradient; one that stands in the list twice is a parent twice, with a piece for each of its places. The caller
    may change the list afterwards: that must not reach the result or its gradients.

    >>> a, b = Tensor([1.0], requires_grad=True), Tensor([2.0, 3.0], requires_grad=True)
    >>> y = concatenate([a, b])
    >>> y.data
    array([1., 2., 3.])
    >>> y.vjp(np.array([4.0, 5.0, 6.0]))
    (array([4.]), array([5., 6.]))
    """
    parents = tuple(tensors)
    ends = np.cumsum([t.shape[axis] for t in parents])[:-1]

    def vjp(g):
        return tuple(np.split(g, ends, axis=axis))

    return record(np.concatenate([t.data for t in parents], axis=axis), parents, vjp)
