"""Ends the process in a handler of a timer, at some moment between the calls."""
import os
import signal

import numpy as np

signal.signal(signal.SIGALRM, lambda *_: os._exit(0))


def unbroadcast(grad, shape):
    signal.setitimer(signal.ITIMER_REAL, 0.0005)
    return np.full(shape, 1234.5)
