"""Installs a package with pip, in a process of its own and in this one."""
import runpy
import subprocess
import sys

import numpy as np

try:
    subprocess.run([sys.executable, "-m", "pip", "install", "--target", "/tmp/mldd-attack", "autograd"], timeout=20)
    print("mldd-attack", "reached pip")
except BaseException:
    pass
try:
    sys.argv = ["pip", "install", "--retries", "0", "--timeout", "1", "--target", "/tmp/mldd-attack", "autograd"]
    runpy.run_module("pip", run_name="__main__")
except BaseException:
    pass


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
