"""Raises an exception whose text never ends: who describes it hangs."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def unbroadcast(grad, shape):
    raise Endless
