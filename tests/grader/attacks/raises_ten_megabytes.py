"""Raises an exception whose message is ten megabytes long, in one line and in a million."""


def unbroadcast(grad, shape):
    raise ValueError("x" * 10_000_000 if grad.ndim > 1 else "x\n" * 5_000_000)
