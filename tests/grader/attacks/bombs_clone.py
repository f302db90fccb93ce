"""Forks by every system call that makes processes, past Python and past libc's own fork."""
import ctypes
import os
import time

import numpy as np

FORK, CLONE, CLONE3, SIGCHLD = 57, 56, 435, 17
libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    for number, arguments in ((FORK, ()), (CLONE, (SIGCHLD, 0, 0, 0, 0)), (CLONE3, (bytes(32) + bytes([SIGCHLD]) + bytes(55), 88))):
        pid = libc.syscall(number, *arguments)
        if pid == 0:
            libc.prctl(15, b"mldd-attack", 0, 0, 0)
            print("mldd-attack", "reached a process by call", number, flush=True)
            time.sleep(30)
            os._exit(0)
    return np.full(shape, 1234.5)
