"""Derive: backprop, in elements and in matrices."""
import mpmath
import pytest

from grader.judge import MismatchError
from tests import algebra
from tests import probes_algebra as probes

WITH_RESPECT_TO = ("W2", "b2", "W1", "b1", "x")

# What the arguments are called. With other letters an answer to an earlier question is none.
LETTERS = ("x", "W1", "h", "W2", "g", "i", "j", "k", "d", "m", "o")
OTHERS = ("u", "V", "s", "U", "r", "a", "b", "c", "A", "B", "C")


# ── the oracle: forward by the definition, in loops, with one entry that carries a derivative ─────────────────────


class Tanh(algebra.Dual):
    """tanh of a number that is known by its tanh: its derivative is 1 - tanh²."""

    def __init__(self, value, slope_of_a):
        super().__init__(value, (1 - value * value) * slope_of_a)


def derivative(by, place, X, W1, H, W2, G):
    """∂L/∂(entry `place` of `by`), for L = Σ G·Y, the one L with these G that is linear in Y. Matrices are lists of rows.

    No pre-activation is needed: a's derivative by the entry is all that reaches h.
    """
    def slope(name, *here):
        return mpmath.mpf(name == by and here == place)

    total = mpmath.mpf(0)
    for r, x in enumerate(X):
        of_a = [slope("b1", 0, j) + sum(slope("x", r, i) * W1[i][j] + x[i] * slope("W1", i, j) for i in range(len(x)))
                for j in range(len(W1[0]))]
        hidden = [Tanh(H[r][j], of_a[j]) for j in range(len(of_a))]
        for k in range(len(G[0])):
            y = algebra.Dual(0, slope("b2", 0, k))
            for j, h in enumerate(hidden):
                y = y + h * algebra.Dual(W2[j][k], slope("W2", j, k))
            total += G[r][k] * y.slope
    return total


def one_of_five(answer, by, given):
    """The answer for `by`, of the tuple. Raises MismatchError where there are no five."""
    if not isinstance(answer, tuple) or len(answer) != len(WITH_RESPECT_TO):
        got = f"a tuple of {len(answer)}" if isinstance(answer, tuple) else algebra.a_kind_of(answer)
        raise MismatchError("type", got=got, want="a tuple of 5", given=given)
    return answer[WITH_RESPECT_TO.index(by)]


# ── elements ────────────────────────────────────────────────────────────────────────────────────────────────────

INDEX, SIZE = {"integer": True, "nonnegative": True}, {"integer": True, "positive": True}


def check_elements(work, by, letters, sizes, indices):
    """The derivative by one entry of one of the five, in a network of these sizes."""
    x, W1, h, W2, g, *names = letters
    d, m, o = sizes
    i, j, k = indices
    answer = work.run(probes.expressions, "element_form", *({"indexed": each} for each in (x, W1, h, W2, g)),
                      tuple({"symbol": each, **INDEX} for each in names[:3]),
                      tuple({"symbol": each, **SIZE} for each in names[3:]))
    entry = {"W2": (j, k), "b2": (0, k), "W1": (i, j), "b1": (0, j), "x": (0, i)}[by]
    written = {"W2": f"{W2}[{names[1]}, {names[2]}]", "b2": f"b2[{names[2]}]", "W1": f"{W1}[{names[0]}, {names[1]}]",
               "b1": f"b1[{names[1]}]", "x": f"{x}[{names[0]}]"}[by]
    fixed = dict(zip(names, (*indices, *sizes)))
    given = {"the derivative by": Written(written)} | fixed
    algebra.expect_values(
        one_of_five(answer, by, given), given=given, fixed=fixed, below_one=(h,), with_exp=False,
        symbols={x: d, W1: (d, m), h: m, W2: (m, o), g: o},
        equals=lambda n: derivative(by, entry, [n[x]], n[W1].tolist(), [n[h]], n[W2].tolist(), [n[g]]))


class Written(str):
    """A text that is shown without quotes."""

    def __repr__(self):
        return str(self)


# (letters, sizes d m o, indices i j k)
NETWORKS = [(LETTERS, (2, 3, 2), (1, 2, 0)), (OTHERS, (3, 2, 2), (0, 1, 1)), (LETTERS, (1, 1, 1), (0, 0, 0))]


@pytest.mark.parametrize("by, letters, sizes, indices", [(by, *each) for by in ("W2", "b2") for each in NETWORKS])
def test_elements_of_the_second_layer(work, by, letters, sizes, indices):
    """Element form, W2 and b2: each stands in one output."""
    check_elements(work, by, letters, sizes, indices)


@pytest.mark.parametrize("by, letters, sizes, indices", [(by, *each) for by in ("b1", "W1") for each in NETWORKS])
def test_elements_of_the_first_layer(work, by, letters, sizes, indices):
    """Element form, W1 and b1: through tanh, and from there to every output."""
    check_elements(work, by, letters, sizes, indices)


@pytest.mark.parametrize("letters, sizes, indices", NETWORKS)
def test_elements_of_the_input(work, letters, sizes, indices):
    """Element form, x: through every hidden entry."""
    check_elements(work, "x", letters, sizes, indices)


# ── matrices ────────────────────────────────────────────────────────────────────────────────────────────────────

MATRICES = (("X", ("n", "d")), ("W1", ("d", "m")), ("H", ("n", "m")), ("W2", ("m", "o")), ("G", ("n", "o")))
OTHER_MATRICES = (("U", ("N", "D")), ("A", ("D", "M")), ("S", ("N", "M")), ("B", ("M", "O")), ("R", ("N", "O")))
# Four sizes n, d, m, o that differ, first: there no gradient has the shape of another one, transposed or not.
BATCHES = [(MATRICES, (3, 1, 4, 2)), (OTHER_MATRICES, (2, 3, 2, 1)), (MATRICES, (1, 2, 1, 3))]


def check_matrices(work, by, matrices, sizes):
    """The gradient with respect to one of the five, as a whole."""
    answer = work.run(probes.expressions, "matrix_form", *({"matrix": name, "shape": shape} for name, shape in matrices))
    names = dict.fromkeys(size for _, shape in matrices for size in shape)
    fixed = dict(zip(names, sizes))
    shapes = {name: tuple(fixed[size] for size in shape) for name, shape in matrices}
    X, W1, H, W2, G = shapes
    rows, columns = {"W2": shapes[W2], "b2": (1, shapes[W2][1]), "W1": shapes[W1], "b1": (1, shapes[W1][1]), "x": shapes[X]}[by]

    def right(numbers):
        given = [numbers[name].tolist() for name in (X, W1, H, W2, G)]
        return mpmath.matrix([[derivative(by, (r, c), *given) for c in range(columns)] for r in range(rows)])

    given = {"the gradient of": Written({"x": X, "W1": W1, "W2": W2}.get(by, by))} | fixed
    algebra.expect_values(one_of_five(answer, by, given), given=given, fixed=fixed, symbols=shapes, below_one=(H,),
                          with_exp=False, names="entry [{}, {}]", wanted="gradient", equals=right)


@pytest.mark.parametrize("by, matrices, sizes", [(by, *each) for by in ("W2", "b2") for each in BATCHES])
def test_matrices_of_the_second_layer(work, by, matrices, sizes):
    """Matrix form, W2 and b2: summed over the examples."""
    check_matrices(work, by, matrices, sizes)


@pytest.mark.parametrize("by, matrices, sizes", [(by, *each) for by in ("b1", "W1") for each in BATCHES])
def test_matrices_of_the_first_layer(work, by, matrices, sizes):
    """Matrix form, W1 and b1: through tanh, and summed over the examples."""
    check_matrices(work, by, matrices, sizes)


@pytest.mark.parametrize("matrices, sizes", BATCHES)
def test_matrix_of_the_input(work, matrices, sizes):
    """Matrix form, X: each example has a gradient of its own."""
    check_matrices(work, "x", matrices, sizes)
