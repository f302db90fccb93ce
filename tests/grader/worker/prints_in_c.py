"""A library that prints from C when it is imported, and leaves it in the buffer."""
import ctypes

ctypes.CDLL(None).printf(b"said by a library\n")
