"""Asks for what only the privileged get: capabilities, another user, no seccomp, to be dumped, to adopt orphans."""
import ctypes
import os

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    tried = {"setuid": lambda: libc.setuid(0), "setgid": lambda: libc.setgid(0), "setresuid": lambda: libc.setresuid(0, 0, 0),
             "setgroups": lambda: libc.setgroups(0, None), "dumpable": lambda: libc.prctl(4, 1, 0, 0, 0),
             "subreaper": lambda: libc.prctl(36, 1, 0, 0, 0), "pdeathsig": lambda: libc.prctl(1, 0, 0, 0, 0),
             "tracer": lambda: libc.prctl(0x59616D61, -1, 0, 0, 0), "ambient": lambda: libc.prctl(47, 2, 21, 0, 0),
             "capset": lambda: libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)),
             "seccomp": lambda: libc.prctl(22, 0, 0, 0, 0)}
    for name, call in tried.items():
        if call() == 0:
            print("mldd-attack", "reached", name)
    if 0 in (os.getuid(), os.geteuid(), os.getgid()):
        print("mldd-attack", "reached root")
    return np.full(shape, 1234.5)
