import sympy as sp


def element_form(x, W1, h, W2, g, indices, sizes):
    i, j, k = indices
    d, m, o = sizes

    def dh(a):
        c = sp.Dummy("c", integer=True)
        return sp.Sum(W2[a, c] * g[c], (c, 0, o - 1))

    def da(a):
        return (1 + h[a]) * (1 - h[a]) * dh(a)

    a = sp.Dummy("a", integer=True)
    return (sp.Mul(h[j], g[k]), g[k], sp.expand(x[i] * da(j)), sp.expand(da(j)),
            sp.Sum(W1[i, a] * da(a), (a, 0, m - 1)))


def matrix_form(X, W1, H, W2, G):
    n = X.shape[0]
    dW2 = H.T * G
    db2 = sp.OneMatrix(1, n) * G
    dH = G * W2.T
    dA = dH - sp.HadamardProduct(dH, H, H)
    dW1 = X.T * dA
    db1 = sp.OneMatrix(1, n) * dA
    dX = dA * W1.T
    return dW2.doit(), db2.doit(), dW1.doit(), db1.doit(), dX.doit()
