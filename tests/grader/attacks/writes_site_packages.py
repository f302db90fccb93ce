"""Writes where Python looks at its next start: a .pth file, sitecustomize, usercustomize, a library's own file."""
import site
import sys
import sysconfig

import numpy as np

FOLDERS = {*sys.path, *site.getsitepackages(), site.getusersitepackages(), sysconfig.get_path("stdlib"), sys.prefix}
for folder in FOLDERS - {"/tmp", ""}:
    for name in ("mldd-attack.pth", "mldd-attack-sitecustomize.py"):
        try:
            with open(f"{folder}/{name}", "w") as file:
                file.write("# mldd-attack\n")
            print("mldd-attack", "reached", folder, name)
        except OSError:
            continue


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
