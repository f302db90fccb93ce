"""Loops in a regular expression that backtracks for ever, holding the interpreter's lock."""
import re


def unbroadcast(grad, shape):
    return re.match(r"(a+)+$", "a" * 60 + "b")
