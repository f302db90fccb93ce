"""Raises a group of groups of exceptions, a thousand deep and each with a hundred members."""


def unbroadcast(grad, shape):
    error = ValueError("innermost")
    for _ in range(1000):
        error = ExceptionGroup("group", [error] + [ValueError("member")] * 100)
    raise error
