# how: everything multiplied out over common denominators, the last terms of the geometric sums written as t - 1.
import sympy as sp


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return sp.Sum((b ** (t - i) - b ** (t - i + 1)) * g[i] ** 2, (i, 1, t))


def expectation(s, b, t):
    return sp.expand(s - s * b ** t)


def corrected(v, b, t):
    return -v / (b ** t - 1)


def remaining_bias(a, c, b, t):
    ages = b * (1 - t * b ** (t - 1) + (t - 1) * b ** t) / (1 - b) ** 2
    weights = (1 - b ** t) / (1 - b)
    return (a + c * t) - c * ages / weights - a - c * t


def variance(s2, b, t):
    return s2 * (1 - b) ** 2 * (1 - b ** (2 * t)) / ((1 - b ** 2) * (1 - b ** t) ** 2)
