# how: the remaining bias is written as the expected estimate less what it estimates, each in full
import sympy as sp


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    number = sp.Dummy("n", integer=True, positive=True)
    return sp.Sum(b ** t * b ** -number * (1 - b) * g[number] * g[number], (number, sp.S.One, t))


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return s - s * b ** t


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    return -v / (b ** t - 1)


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    # u_t = b u_(t-1) + (1 - b) t has the solution t - b/(1-b) + b^t b/(1-b), which is 0 for t = 0
    average_of_i = t - b / (1 - b) + b ** t * b / (1 - b)
    estimate = corrected(expectation(a, b, t) + c * average_of_i, b, t)
    return estimate - (a + c * t)


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    # V_t = b^2 V_(t-1) + (1 - b)^2 s2 tends to the last factor
    limit = s2 * (1 - b) / (1 + b)
    return limit * (1 - b ** (2 * t)) / (1 - b ** t) ** 2
