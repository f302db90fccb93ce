# how: every answer cancelled by hand as far as it goes
import sympy as sp


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return (1 - b) * sp.Sum(g[i] ** 2 / b ** (i - t), (i, 1, t))


def expectation(s, b, t):
    return s * (1 - b ** t)


def corrected(v, b, t):
    return v / (1 - b ** t)


def remaining_bias(a, c, b, t):
    return c * (t / (b ** -t - 1) - b / (1 - b))


def variance(s2, b, t):
    return s2 * (1 - b) * (1 + b ** t) / ((1 + b) * (1 - b ** t))
