"""Everything over the sum of exponentials, as the quotient rule leaves it."""
import sympy as sp


def S(z, K):
    l = sp.Symbol("l", integer=True, nonnegative=True)
    return sp.Sum(sp.exp(z[l]), (l, 0, K - 1))


def gradient(z, k, j, K):
    return (sp.exp(z[j]) - sp.KroneckerDelta(k, j) * S(z, K)) / S(z, K)


def smoothed_gradient(z, k, j, alpha, K):
    hard = gradient(z, k, j, K)
    uniform = (sp.exp(z[j]) - S(z, K) / K) / S(z, K)
    return (1 - alpha) * hard + alpha * uniform


def soft_gradient(z, t, j, K):
    l = sp.Symbol("l", integer=True, nonnegative=True)
    return sp.Sum(t[l] * gradient(z, l, j, K), (l, 0, K - 1))


def hessian(z, t, i, j, K):
    l = sp.Symbol("l", integer=True, nonnegative=True)
    e_i, e_j = sp.exp(z[i]), sp.exp(z[j])
    quotient = (e_i * sp.KroneckerDelta(i, j) * S(z, K) - e_i * e_j) / S(z, K) ** 2
    return sp.expand(quotient) * sp.Sum(t[l], (l, 0, K - 1))


def hessian_product(z, t, v):
    e = sp.Matrix([sp.exp(x) for x in z])
    total = sum(e)
    H = (sp.diag(*e) * total - e * e.T) / total ** 2 * sum(t)
    return tuple(H * sp.Matrix(v))
