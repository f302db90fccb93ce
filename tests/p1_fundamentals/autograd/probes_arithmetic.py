"""What the suite of `arithmetic` does beside the learner's objects; see probes.py."""


def with_itself(work, operation, arrays, grads):
    """For each array: the value of `operation` where both operands are one tensor of it, and that tensor's gradient.

    The gradient is what backward would make of the vjp's: the sum over the parents that are this tensor.
    """
    found = []
    for array, grad in zip(arrays, grads):
        x = work.Tensor(array, requires_grad=True)
        result = getattr(work, operation)(x, x)
        total = sum(g for g, parent in zip(result.vjp(grad), result.parents) if parent is x and g is not None)
        found.append((result.data, total))
    return found
