"""Sleeps for ever: a limit of CPU time alone never sees it."""
import time


def unbroadcast(grad, shape):
    time.sleep(10**6)
