# what is wrong: the variance is divided by the correction once, and not by its square
# told: divides_once
import sympy as sp


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    i = sp.Symbol("i", integer=True)
    return (1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s * (1 - b ** t)


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return v / (1 - b ** t)


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return c * (t * b ** t / (1 - b ** t) - b / (1 - b))


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    of_the_average = s2 * (1 - b) ** 2 * (1 - b ** (2 * t)) / (1 - b ** 2)
    return corrected(of_the_average, b, t)
