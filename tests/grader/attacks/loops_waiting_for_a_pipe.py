"""Waits for the far end of a pipe of its own, and of a FIFO that nobody opens."""
import os


def unbroadcast(grad, shape):
    try:
        os.mkfifo("/tmp/mldd-attack-fifo")
        open("/tmp/mldd-attack-fifo").read()
    except OSError:
        os.read(os.pipe()[0], 1)
