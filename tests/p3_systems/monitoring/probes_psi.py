"""What the suite of `psi` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def laid_out(array):
    """A copy of an array, every second place of a longer one."""
    view = np.zeros((len(array), 2), array.dtype)[:, 0]
    view[...] = array
    return view


def results(work, several):
    """The results of all functions for pairs of samples and weights, looked at when all are there, and the arguments then."""
    several, got = [[laid_out(array) for array in arguments] for arguments in several], []
    for x, y, weights in several:
        got.append([work.bin_edges(x, 3), work.psi(x, y, bins=3), work.wasserstein(x, y, x_weights=weights)])
    return got, several


def indices(work, pairs, bins):
    """The index of each pair of samples."""
    return np.array([work.psi(x.copy(), y.copy(), bins=bins) for x, y in pairs])
