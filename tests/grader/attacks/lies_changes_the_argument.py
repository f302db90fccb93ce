"""Changes the gradient that it is given into what it is about to return."""
import numpy as np


def unbroadcast(grad, shape):
    grad[...] = 0
    return np.zeros(shape, grad.dtype)
