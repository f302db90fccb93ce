"""Leaves threads behind that are no daemons, so that the interpreter waits for them before it ends."""
import threading
import time

import numpy as np


def unbroadcast(grad, shape):
    for _ in range(20):
        try:
            threading.Thread(target=time.sleep, args=(600,)).start()
        except RuntimeError:
            break
    return np.full(shape, 1234.5)
