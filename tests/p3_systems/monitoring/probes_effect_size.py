"""What the suite of `effect_size` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def laid_out(array):
    """A copy of an array, every second place of a longer one."""
    view = np.zeros((len(array), 2), array.dtype)[:, 0]
    view[...] = array
    return view


def results(work, streams, **named):
    """The results of the three functions for each stream, of which the second half is the window, and the streams afterwards."""
    streams, got = [laid_out(stream) for stream in streams], []
    for stream in streams:
        half = len(stream) // 2
        got.append([work.effective_size(stream), *work.mean_shift(stream[:half], stream[half:]), list(work.watch(stream, **named))])
    return got, streams


def p_values(work, streams, n):
    """The p-value of each stream: the first n values against the others."""
    return np.array([work.mean_shift(stream[:n].copy(), stream[n:].copy())[1] for stream in streams])
