"""Returns an array of objects that contains itself, and a structured one in structured ones."""
import numpy as np


def unbroadcast(grad, shape):
    circle = np.empty(1, object)
    circle[0] = circle
    dtype = np.dtype("f8")
    for _ in range(200):
        dtype = np.dtype([("a", dtype)])
    return circle if grad.ndim % 2 else np.zeros(shape, dtype)
