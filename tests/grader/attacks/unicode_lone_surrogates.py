"""Prints, raises and returns lone surrogates: text that no file and no JSON can hold."""
import sys


def unbroadcast(grad, shape):
    sys.stdout.write("\ud800 \udfff\n")
    if grad.ndim > 1:
        raise type("E\ud800", (Exception,), {})("\ud83d \udcff")
    return "\ud800\udc00 \udfff"
