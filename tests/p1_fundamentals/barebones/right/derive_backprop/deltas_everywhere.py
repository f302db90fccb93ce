"""Every weight of the layer with a Kronecker delta that picks the one."""
import sympy as sp


def element_form(x, W1, h, W2, g, indices, sizes):
    i, j, k = indices
    d, m, o = sizes
    a, b, c = (sp.Idx(name, size) for name, size in zip("abc", sizes))
    delta = sp.KroneckerDelta
    slope = 1 - h[b] ** 2
    by_b = sp.Sum(W2[b, c] * g[c], (c, 0, o - 1)) * slope
    return (sp.Sum(g[c] * h[b] * delta(b, j) * delta(c, k), (b, 0, m - 1), (c, 0, o - 1)),
            sp.Sum(g[c] * delta(c, k), (c, 0, o - 1)),
            sp.Sum(by_b * x[a] * delta(a, i) * delta(b, j), (a, 0, d - 1), (b, 0, m - 1)),
            sp.Sum(by_b * delta(b, j), (b, 0, m - 1)),
            sp.Sum(by_b * W1[a, b] * delta(a, i), (a, 0, d - 1), (b, 0, m - 1)))


def matrix_form(X, W1, H, W2, G):
    u = sp.Symbol("u")
    slope = H.applyfunc(sp.Lambda(u, 1 - u ** 2))
    A = sp.hadamard_product(slope, G * W2.T)
    ones = sp.OneMatrix(X.shape[0], 1).T
    return H.T * G, ones * G, X.T * A, ones * A, A * sp.Transpose(W1)
