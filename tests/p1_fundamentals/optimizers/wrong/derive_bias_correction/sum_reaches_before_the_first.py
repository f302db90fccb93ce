# what is wrong: the sum over ages runs to t inclusive, so there is a gradient g[0] in it
# told: begins_at_0
import sympy as sp

k = sp.Symbol("k", integer=True, nonnegative=True)


def as_a_sum(g, b, t):
    # the gradient of k steps ago has the weight (1 - b) b^k
    return sp.Sum((1 - b) * b**k * g[t - k]**2, (k, 0, t))


def expectation(s, b, t):
    return (1 - b**t) * s


def corrected(v, b, t):
    return v / (1 - b**t)


def remaining_bias(a, c, b, t):
    mean_age = b / (1 - b) - t * b**t / (1 - b**t)
    return -c * mean_age


def variance(s2, b, t):
    weights = (1 - b)**2 * (1 - b**(2 * t)) / (1 - b**2)
    return s2 * weights / (1 - b**t)**2
