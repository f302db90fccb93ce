"""Sends handles of objects that are not there, of the module itself, and with names full of control characters."""
import os
import time

import msgpack


def unbroadcast(grad, shape):
    number = [0, -1, 2**63, 10**6][grad.ndim % 4]
    tree = msgpack.packb(["ok", msgpack.ExtType(5, msgpack.packb([number, "\x1b[2J\r\n" * 50_000])), []])
    frame = len(tree).to_bytes(4, "big") + bytes(4) + tree
    while frame:
        frame = frame[os.write(3, frame):]
    time.sleep(60)
