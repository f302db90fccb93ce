"""Defines its function by a name that is equal only after normalisation, and others that look like it."""
import numpy as np


def ｕｎｂｒｏａｄｃａｓｔ(grad, shape):
    return np.full(shape, 1234.5)


def unbroаdcast(grad, shape):  # Cyrillic а
    return grad
