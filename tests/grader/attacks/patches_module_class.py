"""Gives its module another class whose attributes are all the same agreeable function."""
import sys
import types

import numpy as np


class Agreeable(types.ModuleType):
    def __getattribute__(self, name):
        if name.startswith("__"):
            return super().__getattribute__(name)
        return lambda *_, **__: np.zeros(())


sys.modules[__name__].__class__ = Agreeable
