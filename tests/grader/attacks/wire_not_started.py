"""Forges an error of another exercise's file: "this builds on matmul, which is not written yet" is no fault of one's own."""
import os
import time

import msgpack

EXPECTS = {"status": ["failed", "not run", "not started"]}


def unbroadcast(grad, shape):
    said = {"classes": ["NotImplemented" "Error"], "message": "",
            "frames": [["p1_fundamentals/autograd/matmul.py", 1, "matmul", ""]]}
    tree = msgpack.packb(["error", said])
    os.write(3, len(tree).to_bytes(4, "big") + bytes(4) + tree)
    time.sleep(60)
