# how: sums over ages, k = 0 for the newest gradient; the closed forms simplified by SymPy.
import sympy as sp


def as_a_sum(g, b, t):
    k = sp.Dummy("k", integer=True)
    return sp.Sum((1 - b) * b ** k * g[t - k] ** 2, (k, 0, t - 1))


def _geometric(ratio, t):
    return (ratio ** t - 1) / (ratio - 1)


def expectation(s, b, t):
    return sp.simplify((1 - b) * s * _geometric(b, t))


def corrected(v, b, t):
    return v / sp.simplify((1 - b) * _geometric(b, t))


def remaining_bias(a, c, b, t):
    # S = Σ k b^k, k < t: S - b S = b + b² + … + b^(t-1) - (t - 1) b^t.
    ages = (b * _geometric(b, t - 1) - (t - 1) * b ** t) / (1 - b)
    return sp.simplify(-c * ages / _geometric(b, t))


def variance(s2, b, t):
    return sp.simplify(s2 * _geometric(b ** 2, t) / _geometric(b, t) ** 2)
