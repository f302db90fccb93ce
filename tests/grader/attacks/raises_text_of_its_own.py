"""Raises an exception whose text is of a class of its own: cutting, joining and encoding it give what it likes."""


class Text(str):
    def __getitem__(self, key):
        return self

    __len__ = lambda self: 0  # noqa: E731
    encode = __str__ = __iter__ = lambda self, *_: 1 / 0  # noqa: E731


class Odd(Exception):
    def __str__(self):
        return Text("x" * 10_000_000)


def unbroadcast(grad, shape):
    raise Odd
