"""Probes for the tests of what a probe works with."""
import numpy as np


def shared_and_all(work, x):
    result = work.first(x)
    import numpy
    return [bool(np.shares_memory(result, x)), all([True, False]), bool(numpy.shares_memory(result, x))]


def count_calls_of_sum(work, x):
    real, calls = np.sum, []

    def counted(*args):
        calls.append(args)
        return real(*args)

    np.sum = counted
    try:
        work.first(x)
    finally:
        np.sum = real
    return len(calls)
