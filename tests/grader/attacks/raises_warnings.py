"""Turns warnings into errors and warns of everything, a thousand times."""
import warnings

import numpy as np

warnings.simplefilter("error")
np.seterr(all="raise")


def unbroadcast(grad, shape):
    for _ in range(1000):
        try:
            warnings.warn("mldd-attack\x1b[2J" * 10)
        except Warning:
            continue
    return np.full(shape, 1234.5) / 0
