"""What the suite of `recall` does beside the learner's functions, in the learner's process.

A generator does not cross the wire, so it is made here. A probe gets the exercise's module as `work`, returns plain data, and
holds no expected value.
"""
import numpy as np


def recall(work, scores, relevant, k, *, dtype, layout):
    """recall_at for scores of another dtype and layout, and the arguments as they are afterwards."""
    arguments = [laid_out(scores.astype(dtype), layout), laid_out(relevant, layout)]
    return work.recall_at(*arguments, k), [np.ascontiguousarray(each) for each in arguments]


def laid_out(array, layout):
    if layout != "strided":
        return np.array(array, order="F")
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view


def interval(work, first, second, seed, options):
    """paired_interval as a list, what its generator gives next, and the arguments as they are afterwards."""
    generator = np.random.default_rng(seed)
    got = work.paired_interval(first, second, generator=generator, **options)
    return [got.mean, got.low, got.high], int(generator.integers(1_000_000)), [first, second]
