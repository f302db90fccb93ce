"""Line by line as in the paper, with ∂l/∂x̂ as a function."""
import sympy as sp
from sympy import Rational, Sum, sqrt


def K():
    return sp.Symbol("k", integer=True)


def by_gamma_and_beta(x, g, mu, var, eps, m):
    k = K()
    return Sum(g[k] * (x[k] - mu) / sqrt(var + eps), (k, 0, m - 1)), Sum(g[k], (k, 0, m - 1))


def by_variance(x, g, gamma, mu, var, eps, m):
    k = K()
    return Sum(g[k] * gamma * (x[k] - mu) * Rational(-1, 2) * (var + eps) ** Rational(-3, 2), (k, 0, m - 1))


def by_mean(x, g, gamma, mu, var, eps, m):
    k = K()
    first = Sum(g[k] * gamma * -1 / sqrt(var + eps), (k, 0, m - 1))
    second = by_variance(x, g, gamma, mu, var, eps, m) * Sum(-2 * (x[k] - mu), (k, 0, m - 1)) / m
    return first + second


def by_x(x, g, gamma, mu, var, eps, i, m):
    return (g[i] * gamma / sqrt(var + eps) + by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m
            + by_mean(x, g, gamma, mu, var, eps, m) / m)


def in_one_pass(xhat, g, gamma, s, i, m):
    k = K()
    return gamma * s / m * (m * g[i] - Sum(g[k], (k, 0, m - 1)) - xhat[i] * Sum(g[k] * xhat[k], (k, 0, m - 1)))
