"""What tests of a worker's output do in it."""
import ctypes


def empty_the_buffers_of_c(work):
    ctypes.CDLL(None).fflush(None)
