# what is wrong: the remaining bias is that of v_t itself, before the correction
# told: forgets_to_correct
import sympy as sp


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return (1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))


def expectation(s, b, t):
    return s * (1 - b ** t)


def corrected(v, b, t):
    return v / (1 - b ** t)


def remaining_bias(a, c, b, t):
    ages = b * (1 - t * b ** (t - 1) + (t - 1) * b ** t) / (1 - b) ** 2
    expected = expectation(a + c * t, b, t) - c * (1 - b) * ages
    return expected - (a + c * t)


def variance(s2, b, t):
    return s2 * (1 - b) * (1 + b ** t) / (1 + b) / (1 - b ** t)
