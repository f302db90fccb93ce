"""Loops for ever inside one call of C, where no signal handler of Python's gets a turn."""
import itertools


def unbroadcast(grad, shape):
    return sum(itertools.count())
