"""What the suites of this project do beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""


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
