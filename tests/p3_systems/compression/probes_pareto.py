"""What the suite of `pareto` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def ask(work, function, points, largest, layout):
    """The result for points of another layout or dtype, and both arguments as they are afterwards."""
    if layout == "strided":
        laid_out = np.zeros((*points.shape[::-1], 2), points.dtype)[..., 0].T
        laid_out[...] = points
    else:
        laid_out = points.astype("float32") if layout == "float32" else np.array(points, order="F")
    got = getattr(work, function)(laid_out, largest)
    return got, np.ascontiguousarray(laid_out), largest
