"""Changes its argument back and forth, in a thread, while the worker looks whether it was changed."""
import threading

import numpy as np

kept = []


def flicker():
    while True:
        for array in kept:
            array *= -1


threading.Thread(target=flicker, daemon=True).start()


def unbroadcast(grad, shape):
    kept[:] = [grad] if grad.flags.writeable else []
    return np.full(shape, 1234.5)
