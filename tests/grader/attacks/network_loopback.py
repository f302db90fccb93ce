"""Connects to services of this machine: a listener of the test's own, a Docker daemon, databases, an SSH server."""
import socket

import numpy as np


def unbroadcast(grad, shape):
    for host in ("127.0.0.1", "::1", "0.0.0.0"):
        for port in (47613, 22, 80, 2375, 5432, 6379, 8080, 8888):
            try:
                socket.create_connection((host, port), timeout=0.2).close()
                print("mldd-attack", "reached", host, port)
            except OSError:
                continue
    return np.full(shape, 1234.5)
