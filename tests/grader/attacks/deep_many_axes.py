"""Returns arrays of 64 axes, of strides 0 that stand for terabytes, and of sizes that overflow."""
import numpy as np


def unbroadcast(grad, shape):
    if grad.ndim % 2:
        return np.zeros((1,) * 64)
    return np.broadcast_to(1234.5, (1 << 20, 1 << 20))
