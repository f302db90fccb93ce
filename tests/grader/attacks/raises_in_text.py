"""Raises an exception that raises again when it is described, and again while that is described."""


class Again(BaseException):
    def __str__(self):
        raise Again

    __repr__ = __format__ = __getattr__ = __getattribute__ = lambda self, *_: Again.__str__(self)  # noqa: E731


def unbroadcast(grad, shape):
    raise Again
