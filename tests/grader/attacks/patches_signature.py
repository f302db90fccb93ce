"""Lies about its signature by __wrapped__, __signature__ and __annotations__: what is inspected is another function."""
import inspect

import numpy as np


def right(grad: np.ndarray, shape: tuple) -> np.ndarray:
    """The right one."""


def unbroadcast(*arguments, **options):
    return np.full((3, 3), 1234.5)


unbroadcast.__wrapped__ = right
unbroadcast.__signature__ = inspect.signature(right)
unbroadcast.__annotations__ = {"return": property(lambda self: 1 / 0)}
