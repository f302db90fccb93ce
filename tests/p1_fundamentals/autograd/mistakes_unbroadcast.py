"""What learners get wrong in `unbroadcast`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("unbroadcast", """You return the gradient as it came in. Where broadcasting copied a value, its gradient is the sum
    over the copies.""")
def keeps_the_broadcast_shape(grad, shape):
    return grad


@mistake("unbroadcast", """You sum over the axes that broadcasting put in front, but not over those of length 1 that it
    stretched.""")
def sums_only_new_axes(grad, shape):
    if grad.ndim < len(shape):
        raise ValueError("shape does not broadcast")
    np.broadcast_to(np.empty(shape), grad.shape)
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@mistake("unbroadcast", "You take the mean over the copies. Each copy adds its own share to the loss, so gradients add up.")
def takes_the_mean(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new = grad.ndim - len(shape)
    axes = tuple(i for i in range(grad.ndim) if i < new or shape[i - new] == 1 and grad.shape[i] != 1)
    return grad.mean(axis=axes, keepdims=True).reshape(shape) if grad.size else np.zeros(shape, grad.dtype)


@mistake("unbroadcast", """You take one of the copies (the first). Every copy took part in the loss: their gradients are
    summed.""")
def takes_the_first_copy(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new = grad.ndim - len(shape)
    if not grad.size:
        return np.zeros(shape, grad.dtype)
    return grad[(0,) * new + tuple(slice(0, n) for n in shape)]


@mistake("unbroadcast", """You sum the right axes but lose those of length 1: NumPy's sum drops an axis unless keepdims=True
    keeps it.""")
def drops_axes_of_length_one(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new = grad.ndim - len(shape)
    axes = tuple(i for i in range(grad.ndim) if i < new or shape[i - new] == 1 and grad.shape[i] != 1)
    return grad.sum(axis=axes)


@mistake("unbroadcast", """Some shapes that do not broadcast to the gradient's get through. Each must raise ValueError, or a
    wrong graph goes unseen. That two shapes broadcast together is not enough: the result must be the gradient's shape.""")
def never_refuses(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, n in enumerate(shape[: grad.ndim]):
        if n == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@mistake("unbroadcast", """Your unbroadcast chooses the axes to sum by their lengths, and takes the wrong ones where two lengths are
    equal: of shape (3, 3) that came from (1, 3), axis 0 was copied and axis 1 was not. Compare the shapes place by place,
    aligned at their last axes.""")
def finds_the_axes_by_their_lengths(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    copied = tuple(axis for axis, n in enumerate(grad.shape) if n not in shape)
    return np.asarray(grad.sum(axis=copied)).reshape(shape)


@mistake("unbroadcast", """Where an axis of length 1 was stretched to length 0, your unbroadcast leaves it at length 0. Copied no
    times is copied too: the axis was 1 and the gradient's is not 1, so the sum over it, which is 0, has length 1.""")
def sums_only_axes_longer_than_one(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    grad = np.asarray(grad.sum(axis=tuple(range(grad.ndim - len(shape)))))
    long = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] > 1)
    return grad.sum(axis=long, keepdims=True)


def fills_up_behind(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    filled = shape + (1,) * (grad.ndim - len(shape))
    copied = tuple(axis for axis, n in enumerate(filled) if n == 1)
    return grad.sum(axis=copied, keepdims=True).reshape(shape)


@mistake("unbroadcast", """The axes that your unbroadcast sums leave another number of elements than shape has, for example where
    (3, 4) came from (4,). Broadcasting lines shapes up at their last axes, so (4,) becomes (1, 4), not (4, 1): axis 0 was
    copied.""", forms=[fills_up_behind])
def aligns_at_the_first_axes(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new = tuple(range(len(shape), grad.ndim))
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied + new, keepdims=True).reshape(shape)


@mistake("unbroadcast", """Your unbroadcast refuses a shape that does not fit with another exception than ValueError. assert raises
    AssertionError, for bugs in the program itself; an argument that does not fit is a ValueError.""")
def asserts_that_shapes_fit(grad, shape):
    new_axes = grad.ndim - len(shape)
    assert new_axes >= 0
    aligned = (1,) * new_axes + shape
    assert all(n in (1, g) for n, g in zip(aligned, grad.shape))
    copied = tuple(axis for axis, (n, g) in enumerate(zip(aligned, grad.shape)) if n == 1 and g != 1)
    return grad.sum(axis=copied, keepdims=True).reshape(shape)
