# what is wrong: the remaining bias is the limit for many steps, with the mean age b / (1 - b) of an average without a beginning
# told: takes_the_limit_of_the_bias
import sympy as sp


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    i = sp.Symbol("i", integer=True)
    terms = b ** (t - i) * g[i] ** 2
    return sp.Sum(terms, (i, 1, t)) * (1 - b)


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s - s * b ** t


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return v / (1 - b ** t)


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    # (1 - b) * sum of k b^k = b / (1 - b): so many steps old is what the average knows
    return -c * b / (1 - b)


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s2 * (1 - b) ** 2 / (1 - b ** t) ** 2 * (1 - b ** (2 * t)) / (1 - b ** 2)
