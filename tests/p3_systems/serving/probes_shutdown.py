"""What the suite of `shutdown` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def results_of_two(work, first, second, *, layout=None):
    """The results for two arguments, looked at when both are there, and the arguments as they are then."""
    arguments = [laid_out(first, layout), laid_out(second, layout)]
    return [work.shutdown(argument) for argument in arguments], arguments


def laid_out(array, layout=None):
    """A copy of an array: row by row in memory, or in another layout, "strided" or "Fortran"."""
    if layout != "strided":
        return np.array(array, order="F" if layout == "Fortran" else "C")
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view
