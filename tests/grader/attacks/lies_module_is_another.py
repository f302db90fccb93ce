"""Is another module when it is asked: replaces itself in sys.modules, in the worker and in its own globals."""
import sys
import types

import numpy as np

other = types.ModuleType(__name__)
other.unbroadcast = lambda grad, shape: np.zeros(())
sys.modules[__name__] = other
