"""Makes sockets of every family past Python: an audit hook does not see them."""
import ctypes

import numpy as np

libc = ctypes.CDLL(None)


def unbroadcast(grad, shape):
    for family in (1, 2, 10, 16, 17, 31, 38, 40, 44):  # unix, inet, inet6, netlink, packet, bluetooth, alg, vsock, xdp
        for kind in (1, 2, 3, 5):
            if libc.socket(family, kind, 0) >= 0:
                print("mldd-attack", "reached a socket of family", family, "kind", kind)
    pair = (ctypes.c_int * 2)()
    address = b"\2\0" + (47613).to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    if libc.connect(3, address, 16) == 0:
        print("mldd-attack", "reached loopback by the wire")
    if libc.socketpair(1, 1, 0, pair) == 0:
        print("mldd-attack", "reached a socket pair")
    return np.full(shape, 1234.5)
