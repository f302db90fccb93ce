"""Sends a header with the largest lengths that are allowed, and then nothing."""
import os
import time


def unbroadcast(grad, shape):
    os.write(3, (8 << 20).to_bytes(4, "big") + (256 << 20).to_bytes(4, "big"))
    time.sleep(60)
