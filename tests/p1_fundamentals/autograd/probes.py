"""What the suites of this project do beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def value_and_vjp(work, operation, arrays, grad, **options):
    """Apply `operation` to tensors of `arrays`; return its value and its gradients for upstream gradient `grad`."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(grad))


def calls_vjp_twice(work, operation, arrays, grad, **options):
    """The gradients of two calls of one vjp, and the operands and upstream gradient as they are afterwards."""
    tensors = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = grad.copy()
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return first, second, [t.data for t in tensors], upstream


def value_and_vjp_of_views(work, operation, arrays, grad, **options):
    """`value_and_vjp`, with arrays and upstream gradient laid out in memory as views with other strides are."""
    tensors = [work.Tensor(strided(array), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(strided(grad)))


def strided(array):
    """The same values as a view of every other element of a larger, transposed array."""
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view


def writes_into_gradients(work, operation, arrays, grad, **options):
    """Write into the gradients that a vjp returned.

    Returns whether each could be written into, and the second call's gradients and the upstream one afterwards.
    """
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = grad.copy()
    writeable = []
    for gradient in result.vjp(upstream):
        writeable.append(bool(gradient.flags.writeable))
        if writeable[-1]:
            gradient[...] = 77.0
    return writeable, list(result.vjp(upstream)), upstream


def calls_vjp_twice_of_list(work, operation, arrays, grad, as_tuple=False, **options):
    """For an operation that takes its tensors in a list or a tuple, which the caller empties after the call.

    Its value, the gradients of two calls of its vjp, and the tensors and upstream gradient as they are afterwards.
    """
    tensors = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    handed_over = tuple(tensors) if as_tuple else list(tensors)
    result = getattr(work, operation)(handed_over, **options)
    if not as_tuple:
        handed_over.clear()
    upstream = grad.copy()
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return result.data, first, second, [t.data for t in tensors], upstream
