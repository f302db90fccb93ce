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
