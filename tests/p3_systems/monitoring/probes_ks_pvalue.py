"""What the suite of `ks_pvalue` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import warnings

import numpy as np


def two_results(work, first, second, layout):
    """kolmogorov's results for two arguments, looked at when both are there, the arguments then, and what was warned of."""
    arguments = [laid_out(array, layout) for array in (first, second)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = [work.kolmogorov(argument) for argument in arguments]
    return results, arguments, [str(each.message) for each in caught]


def laid_out(array, layout):
    """A copy of an array, every second place of a longer one where `layout` is "gaps"."""
    if layout != "gaps":
        return array.copy()
    view = np.zeros((*array.shape, 2), array.dtype)[..., 0]
    view[...] = array
    return view


def leaves_ties(work, statistic, n, m, ties):
    """Two results with the same list of ties, and the list afterwards."""
    return [work.exact_pvalue(statistic, n, m, ties=ties), work.ks_pvalue(statistic, n, m, ties=ties)], ties
