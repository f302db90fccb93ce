"""What learners get wrong in `unbroadcast`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

_RETURN = "return grad.sum(axis=copied, keepdims=True).reshape(shape)"


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


@mistake("unbroadcast", "You take the mean over the copies. Each copy adds its own share to the loss, so gradients add up.",
         forms=[{"replace": "grad.sum(", "by": "grad.mean("}])
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
    keeps it.""", forms=[{"replace": ".reshape(shape)", "by": ".squeeze()"},
                         {"replace": "keepdims=True).reshape(shape)", "by": ")"}])
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


def keeps_the_first_axes_that_fit(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new, kept, axis = grad.ndim - len(shape), [], 0
    for n in shape:
        while axis < grad.ndim and n not in (1, grad.shape[axis]):
            axis += 1
        kept.append((axis, n))
        axis += 1
    if any(k >= grad.ndim for k, _ in kept):
        kept = [(new + i, n) for i, n in enumerate(shape)]
    copied = tuple(k for k in range(grad.ndim) if (k, grad.shape[k]) not in kept)
    return grad.sum(axis=copied, keepdims=True).reshape(shape)


@mistake("unbroadcast", """Your unbroadcast chooses the axes to sum by their lengths, and takes the wrong ones where two lengths are
    equal: of (3, 3) that came from (1, 3) or from (3,), axis 0 was copied and axis 1 was not. Compare the shapes place by
    place, aligned at their last axes.""", forms=[keeps_the_first_axes_that_fit])
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


@mistake("unbroadcast", """Where a shape does not fit, your unbroadcast raises another exception than ValueError. assert raises AssertionError,
    for bugs in the program itself, and looking up an axis that is not there raises IndexError; an argument that does not fit
    is a ValueError.""", forms=[{"replace": "raise ValueError(", "by": "raise TypeError("},
                                {"replace": "raise ValueError(", "by": "raise IndexError("}])
def asserts_that_shapes_fit(grad, shape):
    new_axes = grad.ndim - len(shape)
    assert new_axes >= 0
    aligned = (1,) * new_axes + shape
    assert all(n in (1, g) for n, g in zip(aligned, grad.shape))
    copied = tuple(axis for axis, (n, g) in enumerate(zip(aligned, grad.shape)) if n == 1 and g != 1)
    return grad.sum(axis=copied, keepdims=True).reshape(shape)


def adds_rows_to_the_first(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        total = grad[0] if len(grad) else np.zeros(grad.shape[1:], grad.dtype)
        for row in grad[1:]:
            total += row
        grad = total
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied, keepdims=True)


@mistake("unbroadcast", """Your unbroadcast changes the gradient that it was given. A slice such as grad[0] is a view, so `total = grad[0]` and then
    `total += ...` add into grad itself: start from a new array, of zeros or a copy.""",
         forms=[adds_rows_to_the_first])
def adds_into_the_first_copy(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)

    def added_up(rows):
        if not len(rows):
            return np.zeros(rows.shape[1:], rows.dtype)
        total = rows[0, ...]
        for row in rows[1:]:
            total += row
        return total
    while grad.ndim > len(shape):
        grad = added_up(grad)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = np.expand_dims(added_up(np.moveaxis(grad, axis, 0)), axis)
    return grad


def sums_stretched_axes_one_by_one(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        grad = np.asarray(grad.sum(axis=0))
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = np.asarray(grad.sum(axis=axis))
    return grad.reshape(shape)


def sums_axes_noted_before(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        grad = np.asarray(grad.sum(axis=0))
    lengths = grad.shape
    for axis, n in enumerate(shape):
        if n == 1 and lengths[axis] != 1:
            grad = np.asarray(grad.sum(axis=axis))
    return grad.reshape(shape)


def counts_only_the_axes_that_are_left(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    for axis in range(grad.ndim - len(shape)):
        grad = np.asarray(grad.sum(axis=axis))
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied, keepdims=True)


mistake("unbroadcast", """Your unbroadcast names an axis that is not there, or not there any more. sum drops the axis that it sums, so after the first one the
    axes behind it have other numbers: use keepdims=True, go from the last axis to the first, or sum them all in one
    call.""", name="sums_axes_that_have_moved", replace=_RETURN,
        by="for axis in copied:\n        grad = np.asarray(grad.sum(axis=axis))\n    return grad.reshape(shape)",
        forms=[sums_stretched_axes_one_by_one, sums_axes_noted_before, counts_only_the_axes_that_are_left])


def loops_into_float64(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    new, total = grad.ndim - len(shape), np.zeros(shape)
    for place in np.ndindex(grad.shape):
        total[tuple(0 if n == 1 else i for n, i in zip(shape, place[new:]))] += grad[place]
    return total


mistake("unbroadcast", """Your unbroadcast returns float64 for a float32 gradient. np.zeros and np.ones make float64 unless you name a dtype; the result
    has that of grad.""", name="widens_float32", replace=_RETURN, by="return grad.sum(axis=copied, keepdims=True, dtype=np.float64).reshape(shape)",
        forms=[{"replace": _RETURN, "by": f"if not grad.size:\n        return np.zeros(shape)\n    {_RETURN}"},
               {"replace": _RETURN, "by": f"if 0 in grad.shape and 0 not in shape:\n        return np.zeros(shape)\n    {_RETURN}"},
               {"replace": "if grad.shape == shape:", "by": "grad = grad.astype(np.float64)\n    if grad.shape == shape:"},
               loops_into_float64])


mistake("unbroadcast", """For shape () your unbroadcast returns a number and no array: NumPy's sum over all axes gives a scalar, such as
    np.float64. np.asarray makes an array of shape () of it, and so does a sum with keepdims=True and a reshape.""",
        name="returns_a_scalar", replace=_RETURN, by=f"if shape == ():\n        return grad.sum()\n    {_RETURN}",
        forms=[{"replace": "if grad.shape == shape:", "by": "if shape == ():\n        return grad.sum()\n    if grad.shape == shape:"},
               {"replace": _RETURN, "by": f"if shape == ():\n        return float(grad.sum())\n    {_RETURN}"}])


@mistake("unbroadcast", """The result of your unbroadcast has another shape where axes were put in front and others stretched. The axis number i
    of shape is axis i of grad only once the axes in front are gone; before, it is axis i + grad.ndim - len(shape).""",
         forms=[{"replace": "copied = tuple(axis for axis, (n, g) in enumerate(zip(aligned, grad.shape)) if n == 1 and g != 1)",
                 "by": "copied = tuple({*range(new_axes), *(axis for axis, n in enumerate(shape) if n == 1)})"}])
def forgets_the_axes_in_front_when_it_counts(grad, shape):
    new = grad.ndim - len(shape)
    np.broadcast_to(np.empty(shape), grad.shape)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    for _ in range(new):
        grad = np.asarray(grad.sum(axis=0))
    return grad


def starts_from_the_first_row(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        total = np.array(grad[0])
        for row in grad[1:]:
            total = total + row
        grad = np.asarray(total)
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied, keepdims=True)


def adds_rows_with_the_builtin_sum(grad, shape):
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        grad = np.asarray(sum(grad))
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied, keepdims=True)


@mistake("unbroadcast", """Your unbroadcast fails where an axis was copied no times, to length 0: there is no first copy to start from, as grad[0],
    sum(grad) and functools.reduce want one. A sum that starts from zeros of the right shape, as NumPy's does, is 0.""",
         forms=[starts_from_the_first_row, adds_rows_with_the_builtin_sum])
def reduces_nothing(grad, shape):
    import functools
    np.broadcast_to(np.empty(shape), grad.shape)
    while grad.ndim > len(shape):
        grad = np.asarray(functools.reduce(np.add, list(grad)))
    copied = tuple(axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] != 1)
    return grad.sum(axis=copied, keepdims=True)


mistake("unbroadcast", """The axes that broadcasting put in front are still there, with length 1. shape may have fewer axes than grad: of grad
    (3, 4), shape (4,) is no (1, 4).""", name="keeps_axes_in_front", replace=".reshape(shape)", by="")
mistake("unbroadcast", """Your unbroadcast refuses a shape that does broadcast. An axis of length 1 may be stretched to any length, also to 0, and axes that
    are equal need no stretching.""", name="refuses_what_broadcasts",
        replace="n not in (1, g)", by="n != g and not (n == 1 and g > 1)",
        forms=[{"replace": "n not in (1, g)", "by": "n > g"}, {"replace": "n not in (1, g)", "by": "n not in (1, g) or 0 in (n, g)"}])
mistake("unbroadcast", """Your unbroadcast multiplies one of the copies by their number. The copies have different gradients: add them
    up.""", name="multiplies_one_copy", replace=_RETURN,
        by="first = grad[tuple(slice(0, 1) if axis in copied else slice(None) for axis in range(grad.ndim))]\n"
           "    count = int(np.prod([grad.shape[axis] for axis in copied]))\n"
           "    return (first * count).reshape(shape) if grad.size else np.zeros(shape, grad.dtype)")
mistake("unbroadcast", """Your unbroadcast takes the largest of the copies' gradients. Every copy took part in the loss: their gradients are
    summed.""", name="takes_the_largest", replace=_RETURN,
        by="return grad.max(axis=copied, keepdims=True, initial=-np.inf).reshape(shape) if grad.size else np.zeros(shape, grad.dtype)")
