"""Answers for a symbolic number of classes, of matrices and of expectations: right forms pass, near misses do not."""
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import pytest
import sympy as sp

from grader.judge import MismatchError
from tests import algebra
from tests import probes_algebra as probes


def answer(function, *arguments):
    """What a suite gets of `function`, in this process."""
    return probes.expressions(SimpleNamespace(f=function), "f", *arguments)


# ── K classes ───────────────────────────────────────────────────────────────────────────────────────────────────

I = sp.Symbol("i", integer=True)  # noqa: E741
INDEX = {"integer": True, "nonnegative": True}
ARGUMENTS = ({"indexed": "z"}, {"symbol": "j", **INDEX}, {"symbol": "k", **INDEX}, {"symbol": "K", "integer": True, "positive": True})


def total(z, K, i=I):
    return sp.Sum(sp.exp(z[i]), (i, 0, K - 1))


def loss_of(z, k):
    return algebra.log(sum(map(algebra.exp, z))) - z[k]


def check_classes(function):
    """∂L/∂z_j of cross-entropy, for every j and k of one, two and four classes."""
    found = answer(function, *ARGUMENTS)
    for K in (1, 2, 4):
        for j in range(K):
            for k in range(K):
                algebra.expect_values(
                    found, equals=lambda n: algebra.partial(lambda z: loss_of(z, k), n["z"], j),
                    symbols={"z": K}, fixed={"K": K, "j": j, "k": k},
                    given={"K": K, "j": j, "k": k})


def with_idx(z, j, k, K):
    i = sp.Idx("i", K)
    return sp.exp(z[j]) / sp.Sum(sp.exp(z[i]), (i, 0, K - 1)) - sp.KroneckerDelta(j, k)


def with_idx_alone(z, j, k, K):
    i = sp.Idx("i", K)
    return sp.exp(z[j]) / sp.Sum(sp.exp(z[i]), i) - sp.KroneckerDelta(j, k)


def with_a_dummy(z, j, k, K):
    i = sp.Dummy("j", integer=True)
    return sp.exp(z[j]) / total(z, K, i) - sp.KroneckerDelta(j, k)


def by_the_chain_rule(z, j, k, K):
    p = [sp.exp(z[m]) / total(z, K) for m in (j, k)]
    return -p[1] * (sp.KroneckerDelta(j, k) - p[0]) / p[1]


CLASSES = {
    "p - δ": lambda z, j, k, K: sp.exp(z[j]) / total(z, K) - sp.KroneckerDelta(j, k),
    "a Piecewise": lambda z, j, k, K: sp.exp(z[j]) / total(z, K) - sp.Piecewise((1, sp.Eq(j, k)), (0, True)),
    "two cases": lambda z, j, k, K: sp.Piecewise(
        (sp.exp(z[j]) / total(z, K) - 1, sp.Eq(j, k)), (sp.exp(z[j]) / total(z, K), sp.Ne(j, k))),
    "one over a sum": lambda z, j, k, K: 1 / sp.Sum(sp.exp(z[I] - z[j]), (I, 0, K - 1)) - sp.KroneckerDelta(k, j),
    "log-sum-exp": lambda z, j, k, K: sp.exp(z[j] - sp.log(total(z, K)), evaluate=False) - sp.KroneckerDelta(j, k),
    "worked out": lambda z, j, k, K: sp.exp(z[j]) / total(z, K).doit() - sp.KroneckerDelta(j, k),
    "simplified": lambda z, j, k, K: sp.simplify(sp.exp(z[j]) / total(z, K) - sp.KroneckerDelta(j, k)),
    "over a common denominator": lambda z, j, k, K: sp.together(sp.exp(z[j]) / total(z, K) - sp.KroneckerDelta(j, k)),
    "a sum of δ": lambda z, j, k, K: sp.Sum(
        sp.KroneckerDelta(I, k) * (sp.exp(z[j]) / total(z, K, sp.Symbol("m", integer=True)) - sp.KroneckerDelta(j, I)),
        (I, 0, K - 1)),
    "from 1 to K": lambda z, j, k, K: sp.exp(z[j]) / sp.Sum(sp.exp(z[I - 1]), (I, 1, K)) - sp.KroneckerDelta(j, k),
    "a plain index": lambda z, j, k, K: sp.exp(z[j]) / total(z, K, sp.Symbol("n")) - sp.KroneckerDelta(j, k),
    "a sum of the others": lambda z, j, k, K: sp.Piecewise(
        (-sp.Sum(sp.exp(z[I]) * (1 - sp.KroneckerDelta(I, k)), (I, 0, K - 1)) / total(z, K), sp.Eq(j, k)),
        (sp.exp(z[j]) / total(z, K), True)),
    "Idx": with_idx, "Idx alone": with_idx_alone, "a Dummy of the name of another": with_a_dummy,
    "the chain rule": by_the_chain_rule,
}
NOT_CLASSES = {
    "δ forgotten": lambda z, j, k, K: sp.exp(z[j]) / total(z, K),
    "the other sign": lambda z, j, k, K: sp.KroneckerDelta(j, k) - sp.exp(z[j]) / total(z, K),
    "the true class": lambda z, j, k, K: sp.exp(z[k]) / total(z, K) - sp.KroneckerDelta(j, k),
    "one too far": lambda z, j, k, K: sp.exp(z[j]) / sp.Sum(sp.exp(z[I]), (I, 0, K)) - sp.KroneckerDelta(j, k),
    "one too few": lambda z, j, k, K: sp.exp(z[j]) / sp.Sum(sp.exp(z[I]), (I, 0, K - 2)) - sp.KroneckerDelta(j, k),
    "from 1": lambda z, j, k, K: sp.exp(z[j]) / sp.Sum(sp.exp(z[I]), (I, 1, K - 1)) - sp.KroneckerDelta(j, k),
    "always 1": lambda z, j, k, K: sp.exp(z[j]) / total(z, K) - 1,
    "two classes only": lambda z, j, k, K: sp.exp(z[j]) / (sp.exp(z[0]) + sp.exp(z[1])) - sp.KroneckerDelta(j, k),
    "no end": lambda z, j, k, K: sp.exp(z[j]) / sp.Sum(sp.exp(z[I]), (I, 0, sp.oo)) - sp.KroneckerDelta(j, k),
    "values compared": lambda z, j, k, K: sp.exp(z[j]) / total(z, K) - sp.Piecewise((1, sp.Eq(z[j], j)), (0, True)),
    "a quotient": lambda z, j, k, K: (sp.log(total(z, K) + sp.exp(z[j]) * (sp.exp(sp.Rational(1, 10**40)) - 1))
                                      - sp.log(total(z, K))) * 10**40 - sp.KroneckerDelta(j, k),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_right_form_for_any_number_of_classes(name):
    check_classes(CLASSES[name])


@pytest.mark.parametrize("name", NOT_CLASSES)
def test_a_near_miss_for_any_number_of_classes(name):
    with pytest.raises(MismatchError):
        check_classes(NOT_CLASSES[name])


# ── matrices ────────────────────────────────────────────────────────────────────────────────────────────────────

SIZES = {"n": 3, "d": 2, "h": 4, "o": 2}
SHAPES = {"X": ("n", "d"), "H": ("n", "h"), "V": ("d", "h"), "W": ("h", "o"), "T": ("n", "o")}
MATRICES = [{"matrix": name, "shape": shape} for name, shape in SHAPES.items()]


def backprop(numbers):
    """∂L/∂V of L = ½‖HW - T‖² with H = tanh(XV), entry by entry."""
    X, H, V, W, T = (numbers[name] for name in SHAPES)
    result = mpmath.matrix(V.rows, V.cols)
    for a in range(V.rows):
        for b in range(V.cols):
            for m in range(X.rows):
                error = [mpmath.fsum(H[m, c] * W[c, q] for c in range(H.cols)) - T[m, q] for q in range(T.cols)]
                upstream = mpmath.fsum(e * W[b, q] for q, e in enumerate(error))
                result[a, b] += X[m, a] * upstream * (1 - H[m, b] ** 2)
    return result


def check_matrices(function):
    algebra.expect_values(
        answer(function, *MATRICES), equals=backprop, given=SIZES, names="entry [{}, {}]",
        symbols={name: tuple(SIZES[s] for s in shape) for name, shape in SHAPES.items()},
        fixed=SIZES)


HAD = sp.HadamardProduct


def ones(H):
    return sp.OneMatrix(*H.shape)


MATRIX_FORMS = {
    "as in the chapter": lambda X, H, V, W, T: X.T * HAD((H * W - T) * W.T, ones(H) - HAD(H, H)),
    "a power entry by entry": lambda X, H, V, W, T: X.T * HAD((H * W - T) * W.T, ones(H) - sp.HadamardPower(H, 2)),
    "multiplied out": lambda X, H, V, W, T: X.T * HAD(H * W * W.T - T * W.T, ones(H) - HAD(H, H)),
    "as a difference": lambda X, H, V, W, T: X.T * ((H * W - T) * W.T) - X.T * HAD((H * W - T) * W.T, H, H),
    "transposed twice": lambda X, H, V, W, T: (HAD(W * (H * W - T).T, (ones(H) - HAD(H, H)).T) * X).T,
    "unevaluated products": lambda X, H, V, W, T: sp.MatMul(
        sp.Transpose(X), HAD(sp.MatMul(sp.MatAdd(sp.MatMul(H, W), sp.MatMul(-1, T)), sp.Transpose(W)), ones(H) - HAD(H, H))),
    "a half and a two": lambda X, H, V, W, T: sp.Rational(1, 2) * X.T * HAD(2 * (H * W - T) * W.T, ones(H) - HAD(H, H)),
    "an identity": lambda X, H, V, W, T: X.T * sp.Identity(X.shape[0]) * HAD((H * W - T) * W.T, ones(H) - HAD(H, H)),
    "a function entry by entry": lambda X, H, V, W, T: X.T * HAD(
        (H * W - T) * W.T, H.applyfunc(sp.Lambda(sp.Symbol("u"), 1 - sp.Symbol("u") ** 2))),
    "worked out": lambda X, H, V, W, T: (X.T * HAD((H * W - T) * W.T, ones(H) - HAD(H, H))).doit(),
}
NOT_MATRICES = {
    "the other sign": lambda X, H, V, W, T: X.T * HAD((T - H * W) * W.T, ones(H) - HAD(H, H)),
    "tanh forgotten": lambda X, H, V, W, T: X.T * (H * W - T) * W.T,
    "not squared": lambda X, H, V, W, T: X.T * HAD((H * W - T) * W.T, ones(H) - H),
    "half of it": lambda X, H, V, W, T: X.T * HAD((H * W - T) * W.T, ones(H) - HAD(H, H)) / 2,
    "transposed": lambda X, H, V, W, T: (X.T * HAD((H * W - T) * W.T, ones(H) - HAD(H, H))).T,
    "by the other weights": lambda X, H, V, W, T: H.T * (H * W - T),
    "a number": lambda X, H, V, W, T: sp.Trace(X.T * X),
    "a tuple": lambda X, H, V, W, T: (X,),
    "another matrix": lambda X, H, V, W, T: X.T * HAD((H * W - T) * W.T, ones(H) - HAD(H, H)) + sp.MatrixSymbol("U", *V.shape),
}


@pytest.mark.parametrize("name", MATRIX_FORMS)
def test_a_right_form_in_matrices(name):
    check_matrices(MATRIX_FORMS[name])


@pytest.mark.parametrize("name", NOT_MATRICES)
def test_a_near_miss_in_matrices(name):
    with pytest.raises(MismatchError):
        check_matrices(NOT_MATRICES[name])


def test_a_sum_over_ones_and_a_matrix_of_entries():
    """The gradient by a bias is the sum of the rows: with ones, or entry by entry."""
    def check(function):
        algebra.expect_values(
            answer(function, {"matrix": "G", "shape": (3, 2)}), symbols={"G": (3, 2)}, given={}, names="[{}, {}]",
            equals=lambda n: mpmath.matrix([[mpmath.fsum(n["G"][r, c] for r in range(3)) for c in range(2)]]))
    check(lambda G: sp.OneMatrix(1, 3) * G)
    check(lambda G: (G.T * sp.OneMatrix(3, 1)).T)
    check(lambda G: sp.Matrix([[sum(G[r, c] for r in range(3)) for c in range(2)]]))
    with pytest.raises(MismatchError, match=r"a matrix of 2 × 1"):
        check(lambda G: G.T * sp.OneMatrix(3, 1))


# ── expectations ────────────────────────────────────────────────────────────────────────────────────────────────

MEAN = sp.Function("E")


def spread(outcomes, a):
    """The variance of a·X² + Y, from the outcomes themselves."""
    values = [(p, a * o["X"] ** 2 + o["Y"]) for p, o in outcomes]
    mean = mpmath.fsum(p * v for p, v in values)
    return mpmath.fsum(p * (v - mean) ** 2 for p, v in values)


def check_expectations(function):
    outcomes = [(Fraction(p, 10), {"X": x, "Y": y}) for p, x, y in (
        (1, 2, 5), (4, -1, 3), (2, 3, -2), (3, 1, 1))]
    algebra.expect_values(
        answer(function, {"random": "X"}, {"random": "Y"}, "a"), symbols=["a"], fixed={"outcomes": outcomes},
        equals=lambda n: spread(n["outcomes"], n["a"]), given={}, wanted="variance")


def stats(name):
    import sympy.stats
    return getattr(sympy.stats, name)


EXPECTATIONS = {
    "the definition": lambda X, Y, a: MEAN((a * X**2 + Y - MEAN(a * X**2 + Y)) ** 2),
    "mean of squares": lambda X, Y, a: MEAN((a * X**2 + Y) ** 2) - MEAN(a * X**2 + Y) ** 2,
    "multiplied out": lambda X, Y, a: a**2 * (MEAN(X**4) - MEAN(X**2) ** 2) + 2 * a * (
        MEAN(X**2 * Y) - MEAN(X**2) * MEAN(Y)) + MEAN(Y**2) - MEAN(Y) ** 2,
    "SymPy's Expectation": lambda X, Y, a: stats("Expectation")((a * X**2 + Y) ** 2) - stats("Expectation")(a * X**2 + Y) ** 2,
    "SymPy's Variance": lambda X, Y, a: stats("Variance")(a * X**2 + Y),
    "with a Covariance": lambda X, Y, a: a**2 * stats("Variance")(X**2) + 2 * a * stats("Covariance")(X**2, Y) + stats("Variance")(Y),
}
NOT_EXPECTATIONS = {
    "the square forgotten": lambda X, Y, a: MEAN((a * X**2 + Y) ** 2) - MEAN(a * X**2 + Y),
    "as if independent": lambda X, Y, a: a**2 * (MEAN(X**4) - MEAN(X**2) ** 2) + MEAN(Y**2) - MEAN(Y) ** 2,
    "a mean of a product as a product of means": lambda X, Y, a: MEAN((a * X**2 + Y) ** 2) - MEAN(a * X**2) ** 2,
    "no mean": lambda X, Y, a: (a * X**2 + Y) ** 2,
    "another function": lambda X, Y, a: sp.Function("F")(X),
}


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_a_right_form_of_expectations(name):
    check_expectations(EXPECTATIONS[name])


@pytest.mark.parametrize("name", NOT_EXPECTATIONS)
def test_a_near_miss_of_expectations(name):
    with pytest.raises(MismatchError):
        check_expectations(NOT_EXPECTATIONS[name])
