"""Sends every extension type from -128 to 127 with garbage in it."""
import os
import time

import msgpack
import numpy as np

codes = iter(range(0, 128))


def unbroadcast(grad, shape):
    code = next(codes, 99)
    tree = b"\x93\xa2ok" + msgpack.packb(msgpack.ExtType(code, os.urandom(64))) + b"\x90"
    os.write(3, len(tree).to_bytes(4, "big") + bytes(4) + tree)
    time.sleep(60)
    return np.full(shape, 1234.5)
