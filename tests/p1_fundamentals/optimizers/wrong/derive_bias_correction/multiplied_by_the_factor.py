# what is wrong: the estimate is the average multiplied by 1 - b^t, which makes it smaller still
# told: multiplies
import sympy as sp


def as_a_sum(g, b, t):
    i = sp.Dummy("i", integer=True)
    return (1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))


def factor(b, t):
    return 1 - b ** t


def expectation(s, b, t):
    return s * factor(b, t)


def corrected(v, b, t):
    return v * factor(b, t)


def remaining_bias(a, c, b, t):
    return -c * (b / (1 - b) - t * b ** t / factor(b, t))


def variance(s2, b, t):
    return s2 * (1 - b) / (1 + b) * (1 + b ** t) / factor(b, t)
