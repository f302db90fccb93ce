"""Sends a long frame byte by byte, with a pause after each: no single read ever waits for long."""
import os
import time


def unbroadcast(grad, shape):
    os.write(3, bytes([0, 0x7F, 0, 0, 0, 0, 0, 0]))
    while True:
        os.write(3, b"\x90")
        time.sleep(0.01)
