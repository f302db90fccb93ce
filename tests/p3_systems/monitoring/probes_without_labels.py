"""What the suite of `without_labels` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np


def laid_out(array):
    """A copy of an array, every second place of a longer one."""
    view = np.zeros((len(array), 2), array.dtype)[:, 0]
    view[...] = array
    return view


def everything(work, arguments):
    """For each (score, label, predicted): the results of the four functions, one used by the next, and the arguments afterwards."""
    arguments, got = [[laid_out(each) for each in one] for one in arguments], []
    for score, label, predicted in arguments:
        points, values = work.isotonic(score, label)
        p = work.calibrate(score, points, values)
        got.append([points, values, p, list(work.expected_confusion(p, predicted)), list(work.estimate(p, predicted))])
    return got, arguments


def estimated(work, score, label, streams):
    """For each (score, predicted) of later answers the four estimates, calibrated with what is known of earlier ones."""
    points, values = work.isotonic(score, label)
    return [list(work.estimate(work.calibrate(later, points, values), predicted)) for later, predicted in streams]
