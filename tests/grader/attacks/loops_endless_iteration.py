"""Returns generators and iterators without end, and a list-like whose length is as large as can be."""
import itertools
import sys


class Long:
    __len__ = lambda self: sys.maxsize  # noqa: E731
    __getitem__ = lambda self, key: 0.0  # noqa: E731


def unbroadcast(grad, shape):
    return [itertools.count(), Long(), (n for n in itertools.repeat(0.0)), range(10**18)][grad.ndim % 4]
