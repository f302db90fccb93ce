"""Takes the interpreter's limit of recursion away and calls itself until the C stack is full."""
import sys
import threading

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr(self)


def unbroadcast(grad, shape):
    if grad.ndim > 1:
        threading.stack_size(512 << 20)
        thread = threading.Thread(target=repr, args=(Deep(),))
        thread.start()
        thread.join()
    return repr(Deep())
