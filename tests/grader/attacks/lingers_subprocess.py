"""Starts programs that outlive it, by every way of the standard library."""
import multiprocessing
import os
import subprocess

import numpy as np

WAYS = [lambda: subprocess.Popen(["sleep", "60"], start_new_session=True), lambda: os.system("sleep 60 &"),
        lambda: os.posix_spawn("/bin/sleep", ["mldd-attack", "60"], {}), lambda: os.popen("sleep 60 &"),
        lambda: multiprocessing.get_context("spawn").Process(target=input).start(),
        lambda: multiprocessing.get_context("forkserver").Process(target=input).start()]


def unbroadcast(grad, shape):
    for way in WAYS:
        try:
            way()
            print("mldd-attack", "reached another program")
        except BaseException:
            continue
    return np.full(shape, 1234.5)
