"""Right answers to the exercise `derivation`, in the styles in which people write them: {name: (function, its text)}."""

JACOBIAN = "def softmax_jacobian(z):\n    p, n = softmax(z), range(len(z))\n"
ROWS = "    return tuple(tuple({} for j in n) for i in n)\n"
GRADIENT = "def loss_gradient(z, k):\n    p, n = softmax(z), range(len(z))\n    return tuple({} for j in n)\n"
WEIGHTED = "def weighted_loss_gradient(z, t):\n    p, n = softmax(z), range(len(z))\n    return tuple({} for j in n)\n"
E = "    e = [sp.exp(z_i) for z_i in z]\n    S = sum(e)\n"

FORMS = {
    # softmax
    "each over the sum": ("softmax", f"def softmax(z):\n{E}    return tuple(e_i / S for e_i in e)\n"),
    "the largest taken off": ("softmax", "def softmax(z):\n    m = sp.Max(*z)\n    e = [sp.exp(z_i - m) for z_i in z]\n"
                              "    return tuple(e_i / sum(e) for e_i in e)\n"),
    "one over a sum of differences": (
        "softmax", "def softmax(z):\n    return tuple(1 / sum(sp.exp(z_m - z_i) for z_m in z) for z_i in z)\n"),
    "exp of the log": ("softmax", "def softmax(z):\n    L = sp.log(sum(map(sp.exp, z)))\n"
                       "    return tuple(sp.exp(z_i - L, evaluate=False) for z_i in z)\n"),
    "powers of E": ("softmax", "def softmax(z):\n    return tuple(sp.E**z_i / sum(sp.E**z_m for z_m in z) for z_i in z)\n"),
    "powers of 2": ("softmax", "def softmax(z):\n    e = [sp.Pow(2, z_i / sp.log(2)) for z_i in z]\n"
                    "    return tuple(e_i / sum(e) for e_i in e)\n"),
    "simplified": ("softmax", "def softmax(z):\n    return tuple(sp.simplify(sp.exp(z_i) / sum(map(sp.exp, z))) for z_i in z)\n"),
    "unevaluated": ("softmax", "def softmax(z):\n    S = sp.Add(*map(sp.exp, z), evaluate=False)\n"
                    "    return tuple(sp.Mul(sp.exp(z_i), sp.Pow(S, -1, evaluate=False), evaluate=False) for z_i in z)\n"),
    "hyperbolic": ("softmax", "def softmax(z):\n    e = [sp.cosh(z_i) + sp.sinh(z_i) for z_i in z]\n"
                   "    return tuple(e_i / sum(e) for e_i in e)\n"),
    "a Sum over Indexed, worked out": (
        "softmax", "def softmax(z):\n    b, i = sp.IndexedBase('b'), sp.Symbol('i', integer=True)\n"
        "    S = sp.Sum(sp.exp(b[i]), (i, 0, len(z) - 1)).doit()\n"
        "    return tuple((sp.exp(b[j]) / S).subs({b[m]: z[m] for m in range(len(z))}) for j in range(len(z)))\n"),
    "symbols with assumptions": (
        "softmax", "def softmax(z):\n    x = sp.symbols(f'x0:{len(z)}', real=True)\n    S = sum(map(sp.exp, x))\n"
        "    back = dict(zip(x, z))\n    return tuple(sp.simplify(sp.exp(x_i) / S).subs(back) for x_i in x)\n"),
    # the Jacobian
    "p (δ - p), with KroneckerDelta": ("softmax_jacobian", JACOBIAN + ROWS.format("p[i] * (sp.KroneckerDelta(i, j) - p[j])")),
    "p (δ - p), with Piecewise": (
        "softmax_jacobian", JACOBIAN + "    a, b = sp.symbols('i j')\n" + ROWS.format(
            "p[i] * (sp.Piecewise((1, sp.Eq(a, b)), (0, True)).subs({a: i, b: j}) - p[j])")),
    "two cases": ("softmax_jacobian", JACOBIAN + ROWS.format("p[i] * (1 - p[i]) if i == j else -p[i] * p[j]")),
    "the quotient rule": ("softmax_jacobian", f"def softmax_jacobian(z):\n{E}    n = range(len(z))\n" + ROWS.format(
        "((e[i] if i == j else 0) * S - e[i] * e[j]) / S**2")),
    "the quotient rule, expanded": ("softmax_jacobian", f"def softmax_jacobian(z):\n{E}    n = range(len(z))\n" + ROWS.format(
        "sp.expand(((e[i] if i == j else 0) * S - e[i] * e[j]) / S**2)")),
    "over a common denominator": ("softmax_jacobian", JACOBIAN + ROWS.format("sp.together(p[i] * (int(i == j) - p[j]))")),
    "factored": ("softmax_jacobian", JACOBIAN + ROWS.format("sp.factor(p[i] * (int(i == j) - p[j]))")),
    "cancelled": ("softmax_jacobian", JACOBIAN + ROWS.format("sp.cancel(p[i] * (int(i == j) - p[j]))")),
    "simplified entries": ("softmax_jacobian", JACOBIAN + ROWS.format("sp.simplify(p[i] * (int(i == j) - p[j]))")),
    "others' probabilities": ("softmax_jacobian", JACOBIAN + ROWS.format(
        "p[i] * sum(p[m] for m in n if m != i) if i == j else -p[i] * p[j]")),
    "a square of sech": ("softmax_jacobian", JACOBIAN + ROWS.format(
        "sp.sech((z[i] - z[1 - i]) / 2)**2 / 4 * (1 if i == j else -1) if len(z) == 2 else p[i] * (int(i == j) - p[j])")),
    "a matrix": ("softmax_jacobian", "def softmax_jacobian(z):\n    p = sp.Matrix(softmax(z))\n    J = sp.diag(*p) - p * p.T\n"
                 "    return tuple(tuple(J.row(i)) for i in range(len(z)))\n"),
    "through the logarithm": ("softmax_jacobian", JACOBIAN + ROWS.format(
        "sp.exp(z[i] - sp.log(sum(map(sp.exp, z)))) * (int(i == j) - p[j])")),
    "by the definition of a dual number": (
        "softmax_jacobian", f"def softmax_jacobian(z):\n{E}    n = range(len(z))\n" + ROWS.format(
            "e[i] * int(i == j) / S - e[i] * sum(e[m] * int(m == j) for m in n) / S**2")),
    # the loss
    "minus the log of p": ("loss", "def loss(z, k):\n    return -sp.log(softmax(z)[k])\n"),
    "log of one over p": ("loss", "def loss(z, k):\n    return sp.log(1 / softmax(z)[k])\n"),
    "log-sum-exp of differences": ("loss", "def loss(z, k):\n    return sp.log(sum(sp.exp(z_m - z[k]) for z_m in z))\n"),
    "log-sum-exp, the largest taken off": (
        "loss", "def loss(z, k):\n    m = sp.Max(*z)\n    return m + sp.log(sum(sp.exp(z_m - m) for z_m in z)) - z[k]\n"),
    "log in base 2": ("loss", "def loss(z, k):\n    return -sp.log(softmax(z)[k], 2) * sp.log(2)\n"),
    "expanded by force": ("loss", "def loss(z, k):\n    return -sp.expand_log(sp.log(softmax(z)[k]), force=True)\n"),
    "combined by force": ("loss", "def loss(z, k):\n    return sp.logcombine(sp.log(sum(map(sp.exp, z))) - z[k], force=True)\n"),
    # the gradients
    "p - onehot": ("loss_gradient", GRADIENT.format("p[j] - int(j == k)")),
    "p - onehot, with Rational": ("loss_gradient", GRADIENT.format("sp.Rational(2, 2) * p[j] - sp.Rational(int(j == k), 1)")),
    "the chain rule, unsimplified": ("loss_gradient", GRADIENT.format("-softmax_jacobian(z)[k][j] / p[k]")),
    "the chain rule, simplified": ("loss_gradient", GRADIENT.format("sp.simplify(-softmax_jacobian(z)[k][j] / p[k])")),
    "of log-sum-exp": ("loss_gradient", GRADIENT.format("sp.exp(z[j]) / sum(map(sp.exp, z)) - sp.KroneckerDelta(j, k)")),
    "the sum of the others": ("loss_gradient", GRADIENT.format("-sum((p[m] for m in n if m != j), sp.Integer(0)) if j == k else p[j]")),
    "p Σt - t": ("weighted_loss_gradient", WEIGHTED.format("p[j] * sum(t) - t[j]")),
    "term by term": ("weighted_loss_gradient", WEIGHTED.format("sum(t[i] * (p[j] - int(i == j)) for i in n)")),
    "term by term, by the Jacobian": (
        "weighted_loss_gradient", WEIGHTED.format("-sum(t[i] / p[i] * softmax_jacobian(z)[i][j] for i in n)")),
    "collected": ("weighted_loss_gradient", WEIGHTED.format("sp.factor(sum(t[i] * (p[j] - int(i == j)) for i in n))")),
    "a product of a matrix and a vector": (
        "weighted_loss_gradient", "def weighted_loss_gradient(z, t):\n    p, n = softmax(z), len(z)\n"
        "    M = sp.Matrix(n, n, lambda j, i: p[j] - sp.KroneckerDelta(i, j))\n    return tuple(M * sp.Matrix(t))\n"),
}
