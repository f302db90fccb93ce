"""Sends arrays whose shape, place or type does not fit the bytes: sizes that overflow, negative ones, the same bytes."""
import itertools
import os
import time

import msgpack

LIES = itertools.cycle([
    ["<f8", [1 << 62, 8], 0], ["<f8", [-1, -8], 0], ["<f8", [0] * 65, 0], ["|O", [1], 0], ["<f8", [1], -8],
    ["<f8", [2**32, 2**32], 0], ["<U4", [1], 0], ["<f8", [True], 0], ["<f8", [1], 2**63], ["<f8", [0, 2**63 - 1], 0]])


def unbroadcast(grad, shape):
    tree = msgpack.packb(["ok", msgpack.ExtType(2, msgpack.packb(next(LIES))), []])
    os.write(3, len(tree).to_bytes(4, "big") + (8).to_bytes(4, "big") + tree + bytes(8))
    time.sleep(60)
