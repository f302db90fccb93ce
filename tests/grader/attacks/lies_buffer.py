"""Returns views on memory that it frees or unmaps before anybody has read it."""
import ctypes
import mmap

import numpy as np


def unbroadcast(grad, shape):
    area = mmap.mmap(-1, 1 << 20)
    array = np.frombuffer(area, float)
    ctypes.CDLL(None).munmap(ctypes.c_void_p(array.ctypes.data), 1 << 20)
    return array
