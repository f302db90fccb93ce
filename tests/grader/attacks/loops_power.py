"""Computes a power that never ends; written as a constant, also for whoever folds constants while compiling."""


def unbroadcast(grad, shape):
    return 10 ** (10 ** 9) ** grad.ndim
