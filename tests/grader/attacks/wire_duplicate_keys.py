"""Sends the description of an error with each key twice, and with keys that are no texts."""
import os
import time

import msgpack


def unbroadcast(grad, shape):
    pairs = [("classes", ["ValueError"]), ("classes", 3), ("message", ""), ("frames", []), (None, 1), (b"\xff", 2), (1.5, 3)]
    said = bytes([0x80 + len(pairs)]) + b"".join(msgpack.packb(key) + msgpack.packb(value) for key, value in pairs)
    tree = b"\x92\xa5error" + said
    os.write(3, len(tree).to_bytes(4, "big") + bytes(4) + tree)
    time.sleep(60)
