"""Finds the note in memory that an earlier submission left."""
import os

import numpy as np

import grader.ipc.wire

if hasattr(np, "mldd_attack") or hasattr(grader.ipc.wire, "mldd_attack") or "MLDD_ATTACK" in os.environ:
    print("mldd-attack", "reached a note in memory")
if np.get_printoptions()["threshold"] == 1234:
    print("mldd-attack", "reached print options")


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
