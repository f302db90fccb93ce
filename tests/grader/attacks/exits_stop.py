"""Stops itself with SIGSTOP: a parent that waits for it waits for ever."""
import signal


def unbroadcast(grad, shape):
    signal.raise_signal(signal.SIGSTOP)
