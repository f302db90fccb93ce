"""Has no function at all: a module-level __getattr__ hands out something else each time it is asked."""
import itertools

import numpy as np

count = itertools.count()


def __getattr__(name):
    if name == "unbroadcast":
        return [lambda grad, shape: np.full(shape, 1234.5), True, {}, None][next(count) % 4]
    raise AttributeError(name)
