# what is wrong: the bias and the variance are left as sums over the steps, and are no closed forms
# told: keeps_the_sum_of_ages, keeps_the_sum_of_squares
import sympy as sp

k = sp.Symbol("k", integer=True)


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return (1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))


def weight(b, t):
    return (1 - b) * b ** k / (1 - b ** t)


def expectation(s, b, t):
    return s * (1 - b ** t)


def corrected(v, b, t):
    return v / (1 - b ** t)


def remaining_bias(a, c, b, t):
    return -c * sp.Sum(k * weight(b, t), (k, 0, t - 1))


def variance(s2, b, t):
    return s2 * sp.Sum(weight(b, t) ** 2, (k, 0, t - 1))
