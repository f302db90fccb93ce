# what is wrong: the expectation is the bare geometric sum: the share 1 - b of the new is left out of the weights
# told: adds_powers_alone
import sympy as sp


def geometric(r, n):
    return (1 - r ** n) / (1 - r)


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    i = sp.Symbol("i", integer=True)
    return sp.Sum((1 - b) * b ** (t - i) * g[i] ** 2, (i, 1, t))


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s * geometric(b, t)


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return v / (1 - b ** t)


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return c * t * b ** t / (1 - b ** t) - c * b / (1 - b)


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s2 * geometric(b ** 2, t) / geometric(b, t) ** 2
