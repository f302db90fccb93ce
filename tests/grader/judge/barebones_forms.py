"""Right answers, and near misses, to the derivations of `barebones`: {exercise: {function: (its head, bodies)}}.

Each body is an expression, or several lines of which the last is one: what the function returns.
"""
P = "p = lambda j: probability(z, j, K)\nq = sp.Symbol('q', integer=True)\n" \
    "T = lambda: sp.Sum(t[q], (q, 0, K - 1))\nD = sp.KroneckerDelta\n"
OF_ONE = P.replace("t[q]", "1")  # where there are no targets

CROSS_ENTROPY = {
    "gradient": ("z, k, j, K", OF_ONE, [
        "sp.Piecewise((p(j) - 1, sp.Eq(j, k)), (p(j), True))",
        "1 / sp.Sum(sp.exp(z[q] - z[j]), (q, 0, K - 1)) - D(k, j)",
        "-p(k) * (D(j, k) - p(j)) / p(k)",
        "n = sp.Symbol('j', integer=True)\nsp.Sum(D(n, k) * (p(j) - D(j, n)), (n, 0, K - 1))",
        "n = sp.Idx('i', K)\nsp.exp(z[j] - sp.log(sp.Sum(sp.exp(z[n]), n)), evaluate=False) - D(j, k)",
        "sp.simplify(p(j) - D(j, k))",
    ], [
        "sp.exp(z[j]) / sp.Sum(sp.exp(z[q]), (q, 1, K - 1)) - D(j, k)",
        "p(j) - sp.Piecewise((1, sp.Eq(z[j], j)), (0, True))",
        "h = sp.Rational(1, 10**40)\nS = sp.Sum(sp.exp(z[q]), (q, 0, K - 1))\n"
        "(sp.log(S + sp.exp(z[j]) * (sp.exp(h) - 1)) - sp.log(S)) / h - D(j, k)",
        "sp.exp(z[j]) / (sp.exp(z[0]) + sp.exp(z[K - 1])) - D(j, k)",
        "p(j) - 1.0 * D(j, k)",
    ]),
    "smoothed_gradient": ("z, k, j, alpha, K", OF_ONE, [
        "(1 - alpha) * (p(j) - D(j, k)) + alpha * (p(j) - 1 / K)",
        "p(j) - sp.Piecewise((1 - alpha + alpha / K, sp.Eq(j, k)), (alpha / K, True))",
        "w = lambda i: (1 - alpha) * D(i, k) + alpha / K\nsp.Sum(w(q) * (p(j) - D(q, j)), (q, 0, K - 1))",
        "sp.together(p(j) - (1 - alpha) * D(j, k) - alpha / K)",
        "sp.expand(p(j) - D(k, j) + alpha * (D(k, j) - 1 / K))",
    ], [
        "p(j) - alpha * D(j, k) - (1 - alpha) / K",
        "p(j) - (1 - alpha) * D(j, k) - alpha / (K + 1)",
        "(1 - alpha) * p(j) - (1 - alpha) * D(j, k) - alpha / K",
        "p(j) - (1 - alpha / K) * D(j, k) - alpha / K",
    ]),
    "soft_gradient": ("z, t, j, K", P, [
        "sp.Sum(t[q] * (p(j) - D(q, j)), (q, 0, K - 1))",
        "p(j) * sp.Sum(t[q] * (1 - D(q, j)), (q, 0, K - 1)) - t[j] * (1 - p(j))",
        "-sp.Sum(t[q] / p(q) * (p(q) * (D(q, j) - p(j))), (q, 0, K - 1))",
        "(sp.exp(z[j]) * T() - t[j] * sp.Sum(sp.exp(z[q]), (q, 0, K - 1))) / sp.Sum(sp.exp(z[q]), (q, 0, K - 1))",
        "sp.Sum(t[q] * p(j), (q, 0, K - 1)).doit() - t[j]",
    ], [
        "sp.Sum(t[q] * p(q), (q, 0, K - 1)) - t[j]",
        "p(j) * sp.Sum(t[q] * (1 - D(q, j)), (q, 0, K - 1)) - t[j]",
        "t[j] - p(j) * T()",
        "p(j) * sp.Sum(t[q], (q, 0, K - 2)) - t[j]",
    ]),
    "hessian": ("z, t, i, j, K", P, [
        "T() * sp.Piecewise((p(i) * (1 - p(i)), sp.Eq(i, j)), (-p(i) * p(j), True))",
        "S = sp.Sum(sp.exp(z[q]), (q, 0, K - 1))\nT() * (D(i, j) * sp.exp(z[i]) * S - sp.exp(z[i]) * sp.exp(z[j])) / S**2",
        "sp.Sum(t[q] * p(i) * (D(i, j) - p(j)), (q, 0, K - 1))",
        "T() * (D(i, j) * p(j) - p(j) * p(i))",
        "sp.simplify(T() * p(j) * (D(j, i) - p(i)))",
        "D(i, j) * p(i) * sp.Sum(t[q], (q, 0, K - 1)) - p(i) * p(j) * sp.Sum(t[q], (q, 0, K - 1))",
    ], [
        "T() * p(i) * (D(i, j) - p(i))",
        "p(i) * (T() * D(i, j) - p(j))",
        "T() * p(i) * (1 - p(j))",
        "T() * (p(i) * D(i, j) - p(j))",
        "sp.Sum(t[q] * p(q) * (D(i, j) - p(j)), (q, 0, K - 1))",
    ]),
    "hessian_product": ("z, t, v", "n = range(len(z))\ne = [sp.exp(z_m) for z_m in z]\n"
                        "p = [each / sum(e) for each in e]\nT = sum(t)\n", [
        "tuple(sum(T * p[i] * (int(i == j) - p[j]) * v[j] for j in n) for i in n)",
        "tuple(T * p[i] * sum(p[j] * (v[i] - v[j]) for j in n) for i in n)",
        "P = sp.Matrix(p)\ntuple(T * (sp.diag(*p) - P * P.T) * sp.Matrix(v))",
        "tuple(sp.simplify(T * p[i] * (v[i] - sum(p[j] * v[j] for j in n))) for i in n)",
        "tuple(sp.factor(T * p[i] * v[i] - T * p[i] * sum(p[j] * v[j] for j in n)) for i in n)",
    ], [
        "tuple(T * p[i] * sum(p[j] * (v[j] - v[i]) for j in n) for i in n)",
        "tuple(sum(t[j] * p[i] * (int(i == j) - p[j]) * v[j] for j in n) for i in n)",
        "tuple(sum(T * p[i] * (int(z[i] == z[j]) - p[j]) * v[j] for j in n) for i in n)",
        "tuple(T * p[i] * (v[i] - sum(p[j] * v[j] for j in n if j != i)) for i in n)",
    ]),
}

IJK = "i, j, k = indices\nd, m, o = sizes\np, q = sp.symbols('p q', integer=True)\nSum, D = sp.Sum, sp.KroneckerDelta\n" \
    "a = lambda j: Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)\n"
B = "h[j] * g[k], g[k], x[i] * a(j), a(j), "
MATRICES = "HAD, ones = sp.HadamardProduct, sp.OneMatrix\n" \
    "A = HAD(G * W2.T, ones(*H.shape) - HAD(H, H))\nrow = ones(1, X.shape[0])\n"

BACKPROP = {
    "element_form": ("x, W1, h, W2, g, indices, sizes", IJK, [
        "a = lambda j: Sum((1 - h[j]) * (1 + h[j]) * g[q] * W2[j, q], (q, 0, o - 1))\n"
        + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        B + "Sum(g[q] * W2[p, q] * (1 - h[p] ** 2) * W1[i, p], (p, 0, m - 1), (q, 0, o - 1))",
        B + "Sum(g[q] * Sum(W2[p, q] * (1 - h[p] ** 2) * W1[i, p], (p, 0, m - 1)), (q, 0, o - 1))",
        "Sum(h[p] * g[q] * D(p, j) * D(q, k), (p, 0, m - 1), (q, 0, o - 1)), Sum(g[q] * D(q, k), (q, 0, o - 1)), "
        "Sum(x[i] * a(p) * D(p, j), (p, 0, m - 1)), Sum(a(p) * D(p, j), (p, 0, m - 1)), Sum(a(p) * W1[i, p], (p, 0, m - 1))",
        "q = sp.Symbol('j', integer=True)\np = sp.Symbol('i', integer=True)\n"
        "a = lambda j: Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)\n" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "q, p = sp.Idx('q', o), sp.Idx('p', m)\na = lambda j: Sum(g[q] * W2[j, q], q) * (1 - h[j] ** 2)\n"
        + B + "Sum(W1[i, p] * a(p), p)",
        "tuple(sp.expand(each) for each in (" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))))",
        "tuple(sp.simplify(each) for each in (" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))))",
        "q, p = sp.Dummy('j', integer=True), sp.Dummy('j', integer=True)\n"
        "a = lambda j: Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)\n" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "by_h = Sum(g[q - 1] * W2[j, q - 1], (q, 1, o))\nh[j] * g[k], g[k], x[i] * by_h - x[i] * h[j] ** 2 * by_h, "
        "by_h * (1 - h[j] ** 2), Sum(W1[i, p] * a(p), (p, 0, m - 1)).doit()",
    ], [
        "a = lambda j: Sum(g[q] * W2[q, j], (q, 0, o - 1)) * (1 - h[j] ** 2)\n" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        B + "Sum(W1[p, i] * a(p), (p, 0, m - 1))",
        B + "Sum(W1[i, p] * a(p), (p, 0, d - 1))",
        B + "Sum(W1[i, p] * a(j), (p, 0, m - 1))",
        B + "Sum(g[q] * W2[p, q] * (1 - h[j] ** 2) * W1[i, p], (p, 0, m - 1), (q, 0, o - 1))",
        "h[j] * g[k], g[k], x[i] * a(j), Sum(a(p), (p, 0, m - 1)), Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "h[i] * g[k], g[k], x[j] * a(i), a(j), Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "h[j] * g[k], Sum(g[q], (q, 0, o - 1)), x[i] * a(j), a(j), Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "a = lambda j: Sum(g[q] * W2[j, q] * (1 - h[q] ** 2), (q, 0, o - 1))\n" + B + "Sum(W1[i, p] * a(p), (p, 0, m - 1))",
        "h[j] * g[k], g[k], x[i] * a(j), a(j), Sum(W1[i, p] * a(p), (p, 0, m - 1)) / m",
    ]),
    "matrix_form": ("X, W1, H, W2, G", MATRICES, [
        "A = HAD(G * W2.T, ones(*H.shape)) - HAD(G * W2.T, H, H)\nH.T * G, row * G, X.T * A, row * A, A * W1.T",
        "(G.T * H).T, (G.T * row.T).T, (A.T * X).T, (A.T * row.T).T, (W1 * A.T).T",
        "A = HAD(W2 * G.T, (ones(*H.shape) - sp.HadamardPower(H, 2)).T)\nH.T * G, row * G, (A * X).T, row * A.T, (W1 * A).T",
        "A = HAD(ones(*H.shape) - H, ones(*H.shape) + H, G * W2.T)\nH.T * G, row * G, X.T * A, row * A, A * W1.T",
        "u = sp.Symbol('u')\nA = HAD(G * W2.T, H.applyfunc(sp.Lambda(u, 1 - u**2)))\n"
        "H.T * G, row * G, X.T * A, row * A, A * W1.T",
        "tuple(each.doit() for each in (H.T * G, row * G, X.T * A, row * A, A * W1.T))",
        "sp.MatMul(sp.Transpose(H), G), sp.MatMul(row, G), sp.MatMul(X.T, A), sp.MatMul(row, A), "
        "sp.MatMul(A, sp.Transpose(W1))",
        "n = X.shape[0]\nI = sp.Identity(n)\nH.T * I * G, row * I * G, X.T * I * A, row * A, 2 * A * W1.T / 2",
        "r, c = sp.symbols('r c', integer=True)\nn, (d, m), o = X.shape[0], W1.shape, G.shape[1]\n"
        "sum_of = lambda M, N, r, c: sp.Sum(M[sp.Symbol('e', integer=True), r] * N[sp.Symbol('e', integer=True), c], "
        "(sp.Symbol('e', integer=True), 0, n - 1))\n"
        "sp.FunctionMatrix(m, o, sp.Lambda((r, c), sum_of(H, G, r, c))), row * G, X.T * A, row * A, A * W1.T",
        "tuple(map(sp.simplify, (H.T * G, row * G, X.T * A, row * A, A * W1.T)))",
    ], [
        "A = HAD(G * W2.T, ones(*H.shape) + HAD(H, H))\nH.T * G, row * G, X.T * A, row * A, A * W1.T",
        "A = G * W2.T * (ones(*H.shape) - HAD(H, H)).T * ones(*H.shape)\nH.T * G, row * G, X.T * A, row * A, A * W1.T",
        "H.T * G, G, X.T * A, A, A * W1.T",
        "H.T * G, row * G, X.T * A, row * A, row.T * row * A * W1.T",
        "H.T * G, row * G, X.T * A, row * A, X",
        "H.T * row.T * row * G, row * G, X.T * row.T * row * A, row * A, A * W1.T",
        "H.T * G, row * G, X.T * G * W2.T, row * A, A * W1.T",
        "G.T * H, row * G, A.T * X, row * A, A * W1.T",
        "H.T * G, row * G / 2, X.T * A / 2, row * A, A * W1.T",
        "H.T * G, row * G, X.T * A, row * A, -A * W1.T",
    ]),
}

ROOT = "k = sp.Symbol('k', integer=True)\n" \
    "S, r, D = lambda term: sp.Sum(term, (k, 0, m - 1)), sp.sqrt(var + eps), sp.KroneckerDelta\n"
X_OF = "gamma * g[i] / r + by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m + " \
    "by_mean(x, g, gamma, mu, var, eps, m) / m"

BATCH_NORM = {
    "by_gamma_and_beta": ("x, g, mu, var, eps, m", ROOT, [
        "S(g[k] * (x[k] - mu)) / r, S(g[k])",
        "(S(g[k] * x[k]) - mu * S(g[k])) * (var + eps) ** sp.Rational(-1, 2), S(g[k])",
        "n = sp.Symbol('n', integer=True)\nmean = sp.Sum(x[n], (n, 0, m - 1)) / m\n"
        "sp.simplify(S(g[k] * (x[k] - mean) / r)), S(g[k]).doit()",
        "v = sp.Sum(x[k] ** 2, (k, 0, m - 1)) / m - mu**2\nS(g[k] * (x[k] - mu) / sp.sqrt(v + eps)), S(g[k])",
    ], [
        "S(g[k] * (x[k] - mu)) / (var + eps), S(g[k]) / m",
        "S(g[k]) * S(x[k] - mu) / r, m * S(g[k])",
        "S(g[k] * (x[k] - mu)) / sp.sqrt(var * m / (m - 1) + eps), g[0]",
    ]),
    "by_variance": ("x, g, gamma, mu, var, eps, m", ROOT, [
        "-gamma * S(g[k] * (x[k] - mu)) / (2 * r**3)",
        "-gamma / (2 * (var + eps) * r) * (S(g[k] * x[k]) - mu * S(g[k]))",
        "-sp.Rational(1, 2) * S(gamma * g[k] * (x[k] - mu) / r) / (var + eps)",
        "sp.simplify(gamma * S(g[k] * (mu - x[k])) / 2 * (var + eps) ** sp.Rational(-3, 2))",
        "gamma * S(g[k] * (mu - x[k]) / sp.sqrt((var + eps) ** 3)) / 2",
    ], [
        "-gamma * S(g[k] * (x[k] - mu)) / (2 * r)",
        "-gamma * S(g[k] * (x[k] - mu) ** 2) / (2 * r**3)",
        "h = sp.Rational(1, 10**40)\ngamma * S(g[k] * (x[k] - mu)) * (1 / sp.sqrt(var + h + eps) - 1 / r) / h",
        "h = sp.Rational(1, 10**350)\ngamma * S(g[k] * (x[k] - mu)) * (1 / sp.sqrt(var + h + eps) - 1 / r) / h",
        "-gamma * S(g[k] * (x[k] - mu)) / (2 * var ** sp.Rational(3, 2))",
    ]),
    "by_mean": ("x, g, gamma, mu, var, eps, m", ROOT, [
        "-gamma * S(g[k]) / r + by_variance(x, g, gamma, mu, var, eps, m) * S(-2 * (x[k] - mu)) / m",
        "-gamma / r * S(g[k])",
        "sp.simplify(-S(g[k] * gamma) * (var + eps) ** sp.Rational(-1, 2))",
        "-gamma * S(g[k]) / r + by_variance(x, g, gamma, mu, var, eps, m) * (-2) * (S(x[k]) / m - mu)",
    ], [
        "-gamma * S(g[k]) / r + by_variance(x, g, gamma, mu, var, eps, m) * S(-2 * x[k]) / m",
        "-gamma * S(g[k]) / r / m",
        "-gamma * S(g[k]) / (var + eps)",
        "-gamma * S(g[k] * (x[k] - mu)) / r",
    ]),
    "by_x": ("x, g, gamma, mu, var, eps, i, m", ROOT, [
        "gamma / r * (g[i] - S(g[k]) / m - (x[i] - mu) / (var + eps) * S(g[k] * (x[k] - mu)) / m)",
        "gamma / (m * r) * (m * g[i] - S(g[k]) - (x[i] - mu) / (var + eps) * S(g[k] * (x[k] - mu)))",
        "gamma * S(g[k] * (D(i, k) - 1 / m - (x[k] - mu) * (x[i] - mu) / (m * (var + eps)))) / r",
        "sp.expand(" + X_OF + ")",
        "sp.simplify(" + X_OF + ")",
        "n = sp.Symbol('i', integer=True)\nmean = sp.Sum(g[n], (n, 0, m - 1)) / m\n"
        "gamma / r * S((g[k] - mean) * (D(i, k) - (x[k] - mu) * (x[i] - mu) / (m * (var + eps))))",
    ], [
        "gamma / r * (g[i] - S(g[k]) / m - (x[i] - mu) / r * S(g[k] * (x[k] - mu)) / m)",
        "gamma / r * (g[i] - S(g[k]) / m - (x[i] - mu) / (var + eps) * S(g[k] * (x[k] - mu)) / (m - 1))",
        "gamma / r * (g[i] - S(g[k]) / m - x[i] / (var + eps) * S(g[k] * (x[k] - mu)) / m)",
        "gamma / r * (g[i] - S(g[k]) / m)",
        "h = sp.Rational(1, 10**60)\nn = sp.Symbol('n', integer=True)\nz = lambda k: x[k] + h * D(k, i)\n"
        "M = sp.Sum(z(n), (n, 0, m - 1)) / m\nV = sp.Sum((z(n) - M) ** 2, (n, 0, m - 1)) / m\n"
        "gamma * S(g[k] * ((z(k) - M) / sp.sqrt(V + eps) - (x[k] - mu) / r)) / h",
    ]),
    "in_one_pass": ("xhat, g, gamma, s, i, m", ROOT.replace("sp.sqrt(var + eps)", "1 / s"), [
        "gamma * s / m * (m * g[i] - S(g[k]) - xhat[i] * S(g[k] * xhat[k]))",
        "gamma * s * S(g[k] * (D(i, k) - (1 + xhat[i] * xhat[k]) / m))",
        "sp.expand(gamma * s / m * (m * g[i] - S(g[k]) - xhat[i] * S(g[k] * xhat[k])))",
        "n = sp.Symbol('n', integer=True)\nmean = sp.Sum(g[n], (n, 0, m - 1)) / m\n"
        "gamma * s * (g[i] - mean - xhat[i] * S((g[k] - mean) * xhat[k]) / m)",
        "sp.simplify(gamma * (g[i] - S(g[k]) / m - xhat[i] * S(g[k] * xhat[k]) / m) / r)",
        "gamma * s * (g[i] - S(g[k]) / m - xhat[i] * S(g[k] * xhat[k]) / m) + S(xhat[k])",  # Σ x̂_k is 0
    ], [
        "gamma * s * (g[i] - S(g[k]) / m - S(g[k] * xhat[k]) / m)",
        "gamma * s * (g[i] - S(g[k]) / m - xhat[i] * S(g[k]) * S(xhat[k]) / m)",
        "gamma * s * (g[i] - S(g[k]) / m - s * xhat[i] * S(g[k] * xhat[k]) / m)",
        "gamma * s * (g[i] - S(g[k]) / m - xhat[i] * S(g[k] * xhat[k]) / S(xhat[k] ** 2))",
        "x = sp.IndexedBase('x')\ngamma * s * (g[i] - S(g[k]) / m - (x[i] - S(x[k]) / m) * s * S(g[k] * xhat[k]) / m)",
    ]),
}

DERIVATIONS = {"derive_cross_entropy": CROSS_ENTROPY, "derive_backprop": BACKPROP, "derive_batch_norm": BATCH_NORM}


def source(function: str, parameters: str, before: str, body: str) -> str:
    *lines, result = [*before.splitlines(), *body.split("\n")]
    return "\n".join([f"def {function}({parameters}):", *(f"    {line}" for line in lines), f"    return {result}"]) + "\n"


def rounds(exercise: str, near_misses: bool, derivations: dict = DERIVATIONS) -> list[dict[str, str]]:
    """The forms of an exercise as few files: the first of each function, the second of each, …"""
    of_functions = {function: [source(function, parameters, before, body) for body in (wrong if near_misses else right)]
                    for function, (parameters, before, right, wrong) in derivations[exercise].items()}
    return [{function: forms[n] for function, forms in of_functions.items() if n < len(forms)}
            for n in range(max(map(len, of_functions.values())))]
