"""Raises an exception that is its own cause, and whose traceback has no end."""


def unbroadcast(grad, shape):
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__, one.__context__, other.__context__ = other, one, other, one
    raise one
