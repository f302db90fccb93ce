"""Builds dicts whose keys collide, in its own process: minutes of CPU for a few kilobytes."""


def unbroadcast(grad, shape):
    return {n * (2**61 - 1) for n in range(10**5)}
