"""Aborts: the process dies of a signal, and of its memory a core dump would be left."""
import os


def unbroadcast(grad, shape):
    os.abort()
