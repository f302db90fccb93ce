"""Writes into the home, /etc, /var, /run and the system's folders of cron jobs and start files."""
import os

import numpy as np

for path in ("/etc/mldd-attack", "/etc/cron.d/mldd-attack", "/var/tmp/mldd-attack", "/run/mldd-attack", "/mldd-attack",
             "/root/mldd-attack", "/home/mldd-attack", "/usr/mldd-attack", "/usr/lib/mldd-attack", "/dev/mldd-attack",
             "/dev/shm/mldd-attack", "/sys/mldd-attack", "/proc/mldd-attack", "/opt/mldd-attack", "/mnt/mldd-attack",
             os.path.expanduser("~/mldd-attack")):
    try:
        with open(path, "w") as file:
            file.write("mldd-attack\n")
        if not path.startswith(("/tmp/", os.environ.get("TMPDIR", "/tmp"))):
            print("mldd-attack", "reached", path)
    except OSError:
        continue


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
