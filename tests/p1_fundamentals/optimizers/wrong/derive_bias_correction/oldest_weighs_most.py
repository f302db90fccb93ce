# what is wrong: the weights of the sum are in reverse, so that the oldest gradient weighs most
# told: weighs_the_oldest_most
import sympy as sp


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    i = sp.Symbol("i", integer=True)
    return (1 - b) * sp.Sum(b ** (i - 1) * g[i] ** 2, (i, 1, t))


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s * (1 - b ** t)


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return v / (1 - b ** t)


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return c * (t * b ** t / (1 - b ** t) - b / (1 - b))


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s2 * (1 - b) * (1 + b ** t) / ((1 + b) * (1 - b ** t))
