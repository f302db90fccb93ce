# what is wrong: the derivative of the geometric sum, the sum of k b^(k-1), is taken for the sum of k b^k
# told: loses_a_power_of_the_ages
import sympy as sp


def geometric(r, t):
    return (1 - r ** t) / (1 - r)


def geometric_derivative(r, t):
    """By the quotient rule."""
    return (-t * r ** (t - 1) * (1 - r) + (1 - r ** t)) / (1 - r) ** 2


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return sp.Sum((1 - b) * b ** (t - i) * g[i] ** 2, (i, 1, t))


def expectation(s, b, t):
    return s * (1 - b) * geometric(b, t)


def corrected(v, b, t):
    return v / ((1 - b) * geometric(b, t))


def remaining_bias(a, c, b, t):
    return -c * geometric_derivative(b, t) / geometric(b, t)


def variance(s2, b, t):
    return s2 * geometric(b ** 2, t) / geometric(b, t) ** 2
