"""Waits for an event that nobody sets, and for a lock that it holds itself."""
import threading


def unbroadcast(grad, shape):
    lock = threading.Lock()
    lock.acquire()
    threading.Event().wait() if grad.ndim > 1 else lock.acquire()
