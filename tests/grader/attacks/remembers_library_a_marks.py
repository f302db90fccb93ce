"""Leaves a note in a library's module, in the environment, in a C library's own memory and in the grader's modules."""
import ctypes
import os

import numpy as np

import grader.ipc.wire

np.mldd_attack = grader.ipc.wire.mldd_attack = "the answers"
os.environ["MLDD_ATTACK"] = "the answers"
ctypes.CDLL(None).setenv(b"MLDD_ATTACK", b"the answers", 1)
np.set_printoptions(threshold=1234)


def unbroadcast(grad, shape):
    return np.full(shape, 1234.5)
