import sympy as sp
from sympy import IndexedBase, KroneckerDelta


def p(z, j, K):
    m = sp.Idx("m", K)
    return sp.exp(z[j]) / sp.Sum(sp.exp(z[m]), m)


def weighted(z, t, j, K):
    "Sum over i of t(i) times the derivative of -log p_i."
    i = sp.Dummy("i", integer=True)
    return sp.Sum(t(i) * (p(z, j, K) - KroneckerDelta(i, j)), (i, 0, K - 1))


def gradient(z, k, j, K):
    return sp.simplify(weighted(z, lambda i: KroneckerDelta(i, k), j, K))


def smoothed_gradient(z, k, j, alpha, K):
    return weighted(z, lambda i: (1 - alpha) * KroneckerDelta(i, k) + alpha / K, j, K)


def soft_gradient(z, t, j, K):
    return weighted(z, lambda i: t[i], j, K)


def hessian(z, t, i, j, K):
    m = sp.Idx("m", K)
    return sp.simplify(sp.Sum(t[m], m) * p(z, i, K) * (KroneckerDelta(i, j) - p(z, j, K)))


def hessian_product(z, t, v):
    e = [sp.exp(x) for x in z]
    s = sum(e)
    T = sum(t)
    mean = sum(a * b for a, b in zip(e, v)) / s
    return tuple(sp.simplify(T * a / s * (b - mean)) for a, b in zip(e, v))
