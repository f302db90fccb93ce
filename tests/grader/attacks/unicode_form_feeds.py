"""Hides an import of torch behind form feeds, line continuations and semicolons."""
import numpy as np; x = \
    1
try:
    __import__("tor\
ch"); print("mldd-attack", "reached torch")
except ImportError: pass


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
