"""Two cases for each: the true class and the others; the diagonal and the rest."""
import sympy as sp
from sympy import Dummy, Eq, Integer, Piecewise, Sum, exp


def softmax(z, j, K):
    n = Dummy("n", integer=True)
    return 1 / Sum(exp(z[n] - z[j]), (n, 0, K - 1))


def gradient(z, k, j, K):
    return Piecewise((softmax(z, j, K) - 1, Eq(j, k)), (softmax(z, j, K), True))


def smoothed_gradient(z, k, j, alpha, K):
    share = alpha / K
    return Piecewise((softmax(z, j, K) - (1 - alpha + share), Eq(j, k)), (softmax(z, j, K) - share, True))


def soft_gradient(z, t, j, K):
    i = Dummy("i", integer=True)
    return Sum(Piecewise((t[i] * (softmax(z, j, K) - 1), Eq(i, j)), (t[i] * softmax(z, j, K), True)), (i, 0, K - 1))


def hessian(z, t, i, j, K):
    n = Dummy("n", integer=True)
    p_i, p_j = softmax(z, i, K), softmax(z, j, K)
    return Sum(t[n], (n, 0, K - 1)) * Piecewise((p_i - p_i ** 2, Eq(i, j)), (-p_i * p_j, True))


def hessian_product(z, t, v):
    n = len(z)
    total = Integer(0)
    for weight in t:
        total += weight
    p = [1 / sum(exp(other - mine) for other in z) for mine in z]
    out = []
    for row in range(n):
        entry = Integer(0)
        for column in range(n):
            if row == column:
                entry += total * p[row] * (1 - p[row]) * v[column]
            else:
                entry -= total * p[row] * p[column] * v[column]
        out.append(entry)
    return tuple(out)
