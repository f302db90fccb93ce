"""Loops for ever in Python."""


def unbroadcast(grad, shape):
    while True:
        pass
