"""Reads address 0 by ctypes: the process dies without a word."""
import ctypes
import faulthandler

faulthandler.disable()


def unbroadcast(grad, shape):
    ctypes.string_at(0)
