"""Returns objects whose shape, dtype and nbytes change each time that they are read."""
import itertools

import numpy as np


class Changing(np.ndarray):
    counter = itertools.count()
    shape = property(lambda self: (next(self.counter),))
    nbytes = property(lambda self: -next(self.counter))
    dtype = property(lambda self: np.dtype("O"))


def unbroadcast(grad, shape):
    return np.zeros(4).view(Changing)
