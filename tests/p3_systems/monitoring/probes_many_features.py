"""What the suite of `many_features` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def adjust_all(work, function, p):
    """The adjusted p-values of each row of `p`: an array of its shape."""
    return np.array([getattr(work, function)(row.copy()) for row in p])


def two_results(work, function, first, second):
    """Results for two views with gaps, looked at when both are there, and the arguments as they are then."""
    arguments = []
    for array in (first, second):
        arguments.append(np.zeros((len(array), 2), array.dtype)[:, 0])
        arguments[-1][:] = array
    return [getattr(work, function)(argument) for argument in arguments], arguments


def rates_and_arguments(work, rejected, null):
    """error_rates for arrays that lie column by column in memory, and the arrays afterwards."""
    rejected, null = np.array(rejected, order="F"), null.copy()
    return list(work.error_rates(rejected, null)), [rejected, null]
