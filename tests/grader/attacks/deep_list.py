"""Returns a list in a list, a hundred thousand deep."""


def unbroadcast(grad, shape):
    value = []
    for _ in range(100_000):
        value = [value] if grad.ndim % 2 else (value,)
    return value
