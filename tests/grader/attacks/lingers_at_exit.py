"""Refuses to leave: exit handlers that sleep, a thread without end, a __del__ that waits."""
import atexit
import sys
import threading
import time

import numpy as np


class Clinging:
    def __del__(self):
        time.sleep(600)


atexit.register(time.sleep, 600)
threading._register_atexit(time.sleep, 600)
sys.mldd_attack = Clinging()


def unbroadcast(grad, shape):
    if grad.ndim > 1:
        sys.exit(0)
    return np.full(shape, 1234.5)
