"""Sends a header that promises four gigabytes twice, and then nothing: a reader may set the memory aside at once."""
import os
import time


def unbroadcast(grad, shape):
    os.write(3, b"\xff" * 8)
    time.sleep(60)
