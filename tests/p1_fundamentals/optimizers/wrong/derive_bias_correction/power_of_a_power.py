# what is wrong: b to the t squared is written b ** t ** 2, which Python reads as b to the power t times t
# told: takes_a_power_of_the_power
import sympy as sp


def as_a_sum(g, b, t):
    i = sp.Symbol("i", integer=True)
    return sp.Sum((1 - b) * b**(t - i) * g[i]**2, (i, 1, t))


def expectation(s, b, t):
    return s * (1 - b**t)


def corrected(v, b, t):
    return v / (1 - b**t)


def remaining_bias(a, c, b, t):
    return -c * (b - t * b**t + (t - 1) * b**(t + 1)) / ((1 - b) * (1 - b**t))


def variance(s2, b, t):
    return s2 * (1 - b)**2 * (1 - b**t**2) / ((1 - b**2) * (1 - b**t)**2)
