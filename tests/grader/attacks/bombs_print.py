"""Prints for ever."""


def unbroadcast(grad, shape):
    while True:
        print("mldd-attack " * 100)
