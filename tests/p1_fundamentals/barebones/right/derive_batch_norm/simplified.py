import sympy as sp
from sympy import Rational


def by_gamma_and_beta(x, g, mu, var, eps, m):
    k = sp.Idx("k", m)
    return sp.simplify(sp.Sum(g[k] * (x[k] - mu), k) / sp.sqrt(eps + var)), sp.Sum(g[k], k)


def by_variance(x, g, gamma, mu, var, eps, m):
    k = sp.Symbol("k", integer=True)
    s = 1 / sp.sqrt(var + eps)
    return sp.simplify(-Rational(1, 2) * gamma * s ** 3 * sp.Sum(g[k] * (x[k] - mu), (k, 0, m - 1)))


def by_mean(x, g, gamma, mu, var, eps, m):
    k = sp.Symbol("k", integer=True)
    return sp.simplify(sp.Sum(-gamma * g[k] / sp.sqrt(var + eps), (k, 0, m - 1)))


def by_x(x, g, gamma, mu, var, eps, i, m):
    k = sp.Symbol("k", integer=True)
    s = 1 / sp.sqrt(var + eps)
    mean_g = sp.Sum(g[k], (k, 0, m - 1)) / m
    mean_gx = sp.Sum(g[k] * (x[k] - mu) * s, (k, 0, m - 1)) / m
    return sp.simplify(gamma * s * (g[i] - mean_g - (x[i] - mu) * s * mean_gx))


def in_one_pass(xhat, g, gamma, s, i, m):
    k = sp.Symbol("k", integer=True)
    sum_g, sum_gx = sp.Sum(g[k], (k, 0, m - 1)), sp.Sum(g[k] * xhat[k], (k, 0, m - 1))
    return sp.factor((gamma * s * g[i] * m - gamma * s * sum_g - gamma * s * xhat[i] * sum_gx) / m)
