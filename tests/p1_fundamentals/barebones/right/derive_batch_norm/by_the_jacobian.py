"""x̂'s Jacobian: (δ - 1/m - x̂ x̂/m)/deviation; everything else is a sum with it."""
import sympy as sp


def total(term, m):
    n = sp.Dummy("n", integer=True)
    return sp.Sum(term(n), (n, 0, m - 1))


def by_gamma_and_beta(x, g, mu, var, eps, m):
    mean = total(lambda n: x[n], m) / m
    return total(lambda n: g[n] * (x[n] - mean), m) * (var + eps) ** sp.Rational(-1, 2), total(lambda n: g[n], m)


def by_variance(x, g, gamma, mu, var, eps, m):
    inner = total(lambda n: g[n] * x[n], m) - mu * total(lambda n: g[n], m)
    return -gamma * inner / (2 * sp.sqrt(var + eps) * (var + eps))


def by_mean(x, g, gamma, mu, var, eps, m):
    return -gamma * total(lambda n: g[n], m) / sp.sqrt(var + eps)


def by_x(x, g, gamma, mu, var, eps, i, m):
    v = var + eps
    jacobian = lambda k: (sp.KroneckerDelta(i, k) - 1 / m - (x[i] - mu) * (x[k] - mu) / (m * v)) / sp.sqrt(v)
    return gamma * total(lambda k: g[k] * jacobian(k), m)


def in_one_pass(xhat, g, gamma, s, i, m):
    return gamma * s * total(lambda k: g[k] * (sp.KroneckerDelta(i, k) - (1 + xhat[i] * xhat[k]) / m), m)
