"""Forges the description of an error, each part of it a megabyte long."""
import os
import time

import msgpack


def unbroadcast(grad, shape):
    text = "E" * 1_000_000
    said = {"classes": [text] * 2, "message": text, "frames": [[text, 1, text, text]], "signature": {"got": text}}
    tree = msgpack.packb(["error", said])
    frame = len(tree).to_bytes(4, "big") + bytes(4) + tree
    while frame:
        frame = frame[os.write(3, frame):]
    time.sleep(60)
