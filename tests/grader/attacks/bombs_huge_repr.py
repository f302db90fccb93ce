"""Returns objects whose text, repr or error message is a hundred megabytes long."""


class Huge:
    __repr__ = __str__ = lambda self: "x" * 100_000_000  # noqa: E731


def unbroadcast(grad, shape):
    if grad.ndim > 1:
        raise ValueError(Huge(), Huge())
    return [Huge()]
