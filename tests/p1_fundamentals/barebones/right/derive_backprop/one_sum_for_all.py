"""In elements all sums on the outside; in matrices the products transposed."""
from sympy import HadamardProduct, OneMatrix, Sum, symbols


def element_form(x, W1, h, W2, g, indices, sizes):
    i, j, k = indices
    d, m, o = sizes
    r, s = symbols("r s", integer=True)

    w2 = g[k] * h[j]
    b2 = g[k]
    b1 = Sum(g[s] * W2[j, s] * (1 - h[j] ** 2), (s, 0, o - 1))
    w1 = Sum(x[i] * g[s] * W2[j, s] * (1 - h[j] ** 2), (s, 0, o - 1))
    dx = Sum(g[s] * W2[r, s] * (1 - h[r] ** 2) * W1[i, r], (s, 0, o - 1), (r, 0, m - 1))
    return w2, b2, w1, b1, dx


def matrix_form(X, W1, H, W2, G):
    n, m = H.shape
    column = OneMatrix(n, 1)
    dA = HadamardProduct(W2 * G.T, OneMatrix(m, n) - HadamardProduct(H.T, H.T))   # transposed: (m, n)
    return (G.T * H).T, (G.T * column).T, (dA * X).T, (dA * column).T, (W1 * dA).T
