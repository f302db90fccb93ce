# how: by the age of a gradient instead of its number, with a helper for the geometric sum and one for its derivative
import sympy as sp


def geometric(r, t):
    """The sum of r^k for k < t."""
    return (1 - r ** t) / (1 - r)


def geometric_derivative(r, t):
    """The sum of k r^(k-1) for k < t."""
    return ((1 - r ** t) - t * r ** (t - 1) * (1 - r)) / (1 - r) ** 2


def as_a_sum(g, b, t):
    k = sp.Symbol("k", integer=True)
    return sp.Sum((1 - b) * b ** k * g[t - k] ** 2, (k, 0, t - 1))


def expectation(s, b, t):
    return s * (1 - b) * geometric(b, t)


def corrected(v, b, t):
    return v / ((1 - b) * geometric(b, t))


def remaining_bias(a, c, b, t):
    return -c * b * geometric_derivative(b, t) / geometric(b, t)


def variance(s2, b, t):
    return s2 * geometric(b ** 2, t) / geometric(b, t) ** 2
