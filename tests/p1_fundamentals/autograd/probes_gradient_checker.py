"""What the suite of `gradient_checker` does in the learner's process: no function crosses the wire, so the functions whose
gradients are checked are here.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np

# By the expression that a learner reads: functions of an array z, with weights w of its shape.
FUNCTIONS = {
    "sum(w * z**3)": lambda z, w: np.sum(w * z**3),
    "sum(w * z)**2": lambda z, w: np.sum(w * z) ** 2,
    "sum(w * exp(z))": lambda z, w: np.sum(w * np.exp(z)),
    "sum(w * tanh(z))": lambda z, w: np.sum(w * np.tanh(z)),
    "log(sum(exp(w * z)))": lambda z, w: np.log(np.sum(np.exp(w * z))),
    "sum(w * z * roll(z))": lambda z, w: np.sum(w * z * np.roll(z.ravel(), 1).reshape(z.shape)),
    "sum(w * relu(z))": lambda z, w: np.sum(w * np.maximum(z, 0)),
    "sum(w * softmax(z))": lambda z, w: np.sum(w * np.exp(z) / np.sum(np.exp(z))),
    "sum(w * sqrt(z))": lambda z, w: np.sum(w * np.sqrt(z)),
    "sum(w / z)": lambda z, w: np.sum(w / z),
}


class OwnError(Exception):
    """What a function raises that is differentiated."""


def gradients_of(work, f, weights, points, *, layout=None, **options):
    """`numerical_gradient` of f at each of several points of one shape, in one layout, and the points afterwards."""
    points = [laid_out(point, layout) for point in points]
    found = [work.numerical_gradient(lambda z: FUNCTIONS[f](z, weights), point, **options) for point in points]
    return found, points


def gradients_of_odd(work, kind, weights, points, eps):
    """As `gradients_of`, for a function that does something beside: it writes, it reads x, or it keeps what it gets.

    Last, whether arrays that the function was given share memory with each other or with x.
    """
    points = [point.copy() for point in points]
    found, shared = [], False
    for point in points:
        kept = []

        def f(z):
            kept.append(z)
            if kind == "writes into its argument":
                z *= z
                return np.sum(weights * z)
            if kind == "reads x":
                return np.sum(weights * z * point)
            return np.sum(weights * z**3)

        found.append(work.numerical_gradient(f, point, eps=eps))
        shared = shared or any(np.shares_memory(array, other) for place, array in enumerate(kept)
                               for other in [point, *kept[:place]])
    return found, points, bool(shared)


def raised_at_call(work, weights, point, call, eps):
    """The gradient; then the classes of what comes out where f raises at a call of it, by number; and x afterwards."""
    point = point.copy()
    gradient = work.numerical_gradient(lambda z: np.sum(weights * z**3), point, eps=eps)
    calls = []

    def f(z):
        calls.append(z)
        if len(calls) == call:
            raise OwnError("f cannot be computed here")
        return np.sum(weights * z**3)

    return gradient, classes_of_error(lambda: work.numerical_gradient(f, point, eps=eps)), point


# What f may return in place of one number, and what it may not, made of a number.
RESULTS = {
    "a Python float": float,
    "a Python int": int,
    "a NumPy number": np.float64,
    "an array of shape ()": np.array,
    "an array of shape (2,)": lambda number: np.array([number, number]),
    "an array of shape (0,)": lambda number: np.zeros(0),
    "an array of shape (1,)": lambda number: np.array([number]),
    "an array of shape (1, 1)": lambda number: np.array([[number]]),
}


def gradient_of_result(work, form, weights, point, eps):
    """`numerical_gradient` where f returns its number in another form; or else the classes of what is raised."""
    def f(z):
        return RESULTS[form](np.sum(weights * z**2))

    found = []
    classes = classes_of_error(lambda: found.append(work.numerical_gradient(f, point.copy(), eps=eps)))
    return classes or found[0]


def relative_errors(work, pairs, *, layout=None, **options):
    """`relative_error` of each of several pairs of gradients, in one layout; and all of these gradients afterwards."""
    pairs = [[laid_out(array, layout) for array in pair] for pair in pairs]
    return [work.relative_error(a, n, **options) for a, n in pairs], pairs


def outcomes(work, f, weights, point, gradients, *, layout=None, **options):
    """What `check_gradient` makes of each of several gradients, and the point and the gradients afterwards.

    An outcome is ["passes", what it returned], ["GradientError", index, gradient, numerical, error], or the classes of
    another exception.
    """
    point, gradients = laid_out(point, layout), [laid_out(gradient, layout) for gradient in gradients]
    found = []
    with np.errstate(all="ignore"):  # some of these functions leave the numbers on purpose
        for gradient in gradients:
            found.append(outcome(work, lambda z: FUNCTIONS[f](z, weights), point, gradient, options))
    return found, point, gradients


def outcome(work, f, point, gradient, options):
    try:
        return ["passes", work.check_gradient(f, point, gradient, **options)]
    except NotImplementedError:
        raise
    except work.GradientError as error:
        return ["GradientError", error.index, error.gradient, error.numerical, error.error]
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__]


def classes_of_error(call):
    """The classes of what `call()` raises; [] where it raises nothing."""
    try:
        call()
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__]
    return []


def laid_out(array, layout=None):
    """A copy of an array in a layout: row by row, "Fortran" (column by column), "strided", "read-only", or "stretched",
    a read-only view in which all rows are the first one."""
    if layout == "stretched":
        return np.broadcast_to(array[:1].copy(), array.shape)
    if layout == "strided":
        view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
        view[...] = array
        return view
    copy = np.array(array, order="F" if layout == "Fortran" else "C")
    copy.flags.writeable = layout != "read-only"
    return copy
