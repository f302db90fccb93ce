"""Raises an exception with a hundred thousand others as its context: who follows the chain by recursion dies."""


def unbroadcast(grad, shape):
    error = ValueError("the first")
    for _ in range(100_000):
        after = ValueError()
        after.__context__ = after.__cause__ = error
        error = after
    raise error
