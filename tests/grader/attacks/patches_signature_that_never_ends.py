"""Wraps itself: who follows __wrapped__ to the end walks for ever."""
import numpy as np


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)


unbroadcast.__wrapped__ = unbroadcast
unbroadcast.__annotations__ = {"grad": "unbroadcast.__wrapped__", "return": "1 / 0"}
