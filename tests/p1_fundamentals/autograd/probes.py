"""What the suites of operations do beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. What one suite alone
needs is in a file of its own, probes_<exercise>.py. Each of these files travels as text, and imports no other.
"""
import sys
import warnings

import numpy as np


def value_and_vjp(work, operation, arrays, grad, **options):
    """Apply `operation` to tensors of `arrays`; return its value and its gradients for upstream gradient `grad`."""
    try_others(work, operation, arrays, grad, **options)
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(grad))


_tried = set()  # what `try_others` was called for, in this process


def try_others(work, operation, arrays, grad, **options):
    """Apply `operation` to other numbers of the same shapes, once: who remembers that answer has it wrong ever after."""
    call = (operation, *((array.shape, array.dtype.name) for array in arrays), str(options))
    if call in _tried:
        return
    _tried.add(call)
    tensors = [work.Tensor(np.flip(array) * 0.75, requires_grad=True) for array in arrays]
    getattr(work, operation)(*tensors, **options).vjp(np.asarray(np.flip(grad) * 0.75))


def calls_vjp_twice(work, operation, arrays, grad, *, layout=None, **options):
    """The gradients of two calls of one vjp, and the operands and upstream gradient as they are afterwards.

    The first call gets -2 times the upstream gradient, and its gradients are divided by that, which is exact.
    """
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = laid_out(grad, layout)
    first = [np.asarray(g / -2) for g in result.vjp(np.asarray(-2 * upstream))]
    second = [g.copy() for g in result.vjp(upstream)]
    return first, second, [t.data for t in tensors], upstream


def vjp_of_each(work, operation, arrays, grads, **options):
    """The gradients that one vjp returns for each of several upstream gradients, one after another."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return [[g.copy() for g in result.vjp(grad)] for grad in grads]


def value_and_vjp_of_views(work, operation, arrays, grad, *, layout="strided", **options):
    """`value_and_vjp`, with arrays and upstream gradient in another layout: "strided", or column by column, "Fortran"."""
    try_others(work, operation, arrays, grad, **options)
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(laid_out(grad, layout)))


def parents_of(work, operation, arrays, cases, *, in_list=False, **options):
    """By case, whether the result of an operation requires a gradient, and which operand each of its parents is.

    A case is which operands require a gradient, whether recording is on, and whether all operands are one tensor. A
    parent that is no operand is -1.
    """
    engine = sys.modules[work.Tensor.__module__]
    found = []
    for required, recording, same in cases:
        tensors = [work.Tensor(array, requires_grad=needs) for array, needs in zip(arrays, required)]
        if same:
            tensors = [tensors[0]] * len(tensors)
        engine.recording = recording
        try:
            result = getattr(work, operation)(*([tensors] if in_list else tensors), **options)
        finally:
            engine.recording = True
        found.append((result.requires_grad, [
            next((place for place, tensor in enumerate(tensors) if tensor is parent), -1) for parent in result.parents]))
    return found


def vjp_where_required(work, operation, arrays, required, grad):
    """The gradients where only some of the operands require one; None stands for no gradient."""
    tensors = [work.Tensor(array.copy(), requires_grad=needs) for array, needs in zip(arrays, required)]
    return list(getattr(work, operation)(*tensors).vjp(grad))


def strided(array):
    """The same values as a view of every other element of a larger, transposed array."""
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view


def laid_out(array, layout=None):
    """A copy of an array: row by row in memory, or in another layout, "strided" or "Fortran"."""
    return strided(array) if layout == "strided" else np.array(array, order="F" if layout == "Fortran" else "C")


def calls_vjp_with_two_gradients(work, operation, arrays, upstreams, *, layout=None, **options):
    """The gradients of two calls of one vjp for two upstream gradients, as they are when both calls are done.

    Also the operands and upstream gradients as they are then, whether all gradients can be written into, and whether
    one of them shares memory with another, with an operand or with an upstream gradient.
    """
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstreams = [laid_out(grad, layout) for grad in upstreams]
    calls = [list(result.vjp(upstream)) for upstream in upstreams]
    gradients = [gradient for call in calls for gradient in call]
    operands = [tensor.data for tensor in tensors]
    shared = [np.shares_memory(gradient, other) for place, gradient in enumerate(gradients)
              for other in gradients[:place] + operands + upstreams]
    return *calls, operands, upstreams, all(bool(g.flags.writeable) for g in gradients), bool(any(shared))


def calls_vjp_twice_of_list(work, operation, arrays, grad, *, as_tuple=False, places=None, layout=None, **options):
    """For an operation that takes its tensors in a list or a tuple, which the caller empties after the call.

    The list holds one tensor for each array, or, with `places`, the tensors of these places: (0, 1, 0) is [a, b, a].
    Its value, the gradients of two calls of its vjp, and the tensors and upstream gradient as they are afterwards.
    """
    places = range(len(arrays)) if places is None else places
    others = [work.Tensor(np.flip(array) * 0.75, requires_grad=True) for array in arrays]  # see try_others
    getattr(work, operation)([others[place] for place in places], **options).vjp(np.flip(grad) * 0.75)
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    handed_over = [tensors[place] for place in places]
    handed_over = tuple(handed_over) if as_tuple else handed_over
    result = getattr(work, operation)(handed_over, **options)
    if not as_tuple:
        handed_over.clear()
    upstream = laid_out(grad, layout)
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return result.data, first, second, [t.data for t in tensors], upstream


def unbroadcasts_two(work, first, second, shape, *, layout=None):
    """The sums of two gradients, the first looked at when both are made, and the gradients as they are then."""
    gradients = [laid_out(first, layout), laid_out(second, layout)]
    return [work.unbroadcast(gradient, shape) for gradient in gradients], gradients


def error_of(work, operation, arrays, **options):
    """The classes and the message of what `operation` raises; ([], "") where it raises nothing."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    try:
        getattr(work, operation)(*tensors, **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], str(error)
    return [], ""


def value_vjp_and_warnings(work, operation, arrays, grad, **options):
    """As `value_and_vjp`, and the sorted texts of the warnings that were given on the way.

    Where the learner's module silences them with `np.errstate` or `np.seterr`, by whatever name or as a decorator, they
    are given all the same: what both set by is replaced, where NumPy keeps it.
    """
    numpys = np.seterr.__globals__
    settings_by = numpys["_make_extobj"]

    def make_settings(**settings):
        asking = sys._getframe(1)
        while asking is not None and asking.f_globals is numpys:
            asking = asking.f_back
        numpy_asks = asking is not None and asking.f_globals.get("__name__", "").startswith("numpy.")
        return settings_by(**settings) if numpy_asks else settings_by()

    with warnings.catch_warnings(record=True) as caught, np.errstate(divide="warn", over="warn", invalid="warn"):
        numpys["_make_extobj"] = make_settings
        try:
            warnings.simplefilter("always")
            value, gradients = value_and_vjp(work, operation, arrays, grad, **options)
        finally:
            numpys["_make_extobj"] = settings_by
    return value, gradients, sorted({str(warning.message) for warning in caught})
