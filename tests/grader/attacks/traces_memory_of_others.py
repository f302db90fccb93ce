"""Reads and writes the memory of its parent by process_vm_readv, process_vm_writev and /proc/<pid>/mem."""
import ctypes
import os

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    buffer = ctypes.create_string_buffer(64)
    ours = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    theirs = (ctypes.c_size_t * 2)(id(None), 64)  # where it lies in a forked process, too
    for pid in (os.getppid(), 1, *range(max(2, os.getpid() - 20), os.getpid())):
        if libc.process_vm_readv(pid, ours, 1, theirs, 1, 0) > 0:
            print("mldd-attack", "reached memory of", pid)
        if os.path.exists(f"/proc/{pid}/mem") and os.access(f"/proc/{pid}/mem", os.R_OK):
            print("mldd-attack", "reached", pid)
    return np.full(shape, 1234.5)
