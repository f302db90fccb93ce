"""What the suite of `ks_statistic` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def laid_out(array, layout):
    """A copy of an array, every second place of a longer one where `layout` is "gaps", or "backwards" in memory."""
    if layout == "gaps":
        view = np.zeros((*array.shape, 2), array.dtype)[..., 0]
    else:
        view = np.zeros(array.shape, array.dtype)[::-1]
    view[...] = array
    view.flags.writeable = True
    return view


def calls(work, function, several, layout):
    """The results of several calls, looked at when all were made, and the arguments as they are then."""
    several = [[laid_out(array, layout) for array in arguments] for arguments in several]
    return [getattr(work, function)(*arguments) for arguments in several], several
