"""Derive: cross-entropy and its curvature."""
import pytest
import sympy as sp

from tests import algebra
from tests import probes_algebra as probes

# What the arguments are called. Other letters in every second question: an answer to an earlier one is none here, and an
# answer in symbols that somebody made is none at all.
LETTERS = {"z": "z", "t": "t", "i": "i", "j": "j", "k": "k", "alpha": "alpha", "K": "K"}
OTHERS = {"z": "s", "t": "w", "i": "c", "j": "a", "k": "b", "alpha": "q", "K": "N"}
NUMBERS = {"z": "z", "t": "t", "alpha": "alpha"}  # the classes, and how many there are, are whole numbers

ARGUMENTS = {"gradient": ("z", "k", "j", "K"), "smoothed_gradient": ("z", "k", "j", "alpha", "K"),
             "soft_gradient": ("z", "t", "j", "K"), "hessian": ("z", "t", "i", "j", "K")}


# ── oracles: the loss by its definition, differentiated by the rules for one number at a time ──────────────────────


def loss(z, t):
    return -sum(t_i * algebra.log(p_i) for t_i, p_i in zip(t, algebra.softmax(z)))


def soft_gradient(z, t, j, K):
    return algebra.partial(lambda moved: loss(moved, t), z, j)


def gradient(z, k, j, K):
    return soft_gradient(z, [int(i == k) for i in range(K)], j, K)


def smoothed_gradient(z, k, j, alpha, K):
    return soft_gradient(z, [(1 - alpha) * int(i == k) + alpha / K for i in range(K)], j, K)


def known_gradient(z, t, j):
    """Bishop's (4.109), for weights of any sum. That it is the derivative of the loss, the check of soft_gradient says."""
    return algebra.softmax(z)[j] * sum(t) - t[j]


def hessian(z, t, i, j, K):
    return algebra.partial(lambda moved: known_gradient(moved, t, j), z, i)


def hessian_product(z, t, v):
    """The derivative of the gradient along v."""
    along = [algebra.Dual(z_m, v_m) for z_m, v_m in zip(z, v)]
    return tuple(known_gradient(along, t, i).slope for i in range(len(z)))


ORACLES = {"gradient": gradient, "smoothed_gradient": smoothed_gradient, "soft_gradient": soft_gradient, "hessian": hessian}


# ── for any number of classes ───────────────────────────────────────────────────────────────────────────────────


def check(work, function, letters, known=None, **classes):
    """One formula, for K classes and those of them that `classes` names; of their symbols `known` is known."""
    names = ARGUMENTS[function]
    answer = work.run(probes.expressions, function, *(argument(name, letters, classes, known) for name in names))

    def right(numbers):
        return ORACLES[function](*(classes[name] if name in classes else numbers[letters[name]] for name in names))

    written = [letters.get(name, str(classes.get(name))) for name in names]
    algebra.expect_values(
        answer, equals=right, symbols={letters[n]: kind for n, kind in (("z", classes["K"]), ("t", classes["K"]), ("alpha", 0))
                                       if n in names},
        fixed={letters[name]: number for name, number in classes.items() if name in letters},
        given={"call": Written(f"{function}({', '.join(written)})")} | {
            letters[name]: number for name, number in classes.items() if name in letters})


def argument(name, letters, classes, known):
    if name not in letters:
        return str(classes[name])
    if name in ("z", "t"):
        return {"indexed": letters[name]}
    if name == "alpha":
        return {"symbol": letters[name]}
    if name == "K":
        return {"symbol": letters[name], "integer": True, "positive": True}
    return {"symbol": letters[name], **({"integer": True, "nonnegative": True} if known is None else known)}


class Written(str):
    """A text that is shown without quotes."""

    def __repr__(self):
        return str(self)


ONE_HOT = [(LETTERS, 2, 0, 0), (OTHERS, 2, 0, 1), (LETTERS, 3, 2, 0), (OTHERS, 3, 1, 1), (LETTERS, 1, 0, 0),
           (NUMBERS, 3, 0, 2)]


@pytest.mark.parametrize("letters, K, k, j", ONE_HOT)
def test_gradient(work, letters, K, k, j):
    """gradient: a one-hot target, for any number of classes."""
    check(work, "gradient", letters, K=K, k=k, j=j)


# Another class than the true one first, of three: there the ways to share alpha out differ.
@pytest.mark.parametrize("letters, K, k, j", [ONE_HOT[n] for n in (2, 3, 0, 1, 4, 5)])
def test_smoothed_gradient(work, letters, K, k, j):
    """smoothed_gradient: every class has its share of alpha, the true one too."""
    check(work, "smoothed_gradient", letters, K=K, k=k, j=j)


@pytest.mark.parametrize("letters, K, j", [(LETTERS, 2, 0), (OTHERS, 2, 1), (LETTERS, 4, 2), (OTHERS, 1, 0), (NUMBERS, 3, 1)])
def test_soft_gradient(work, letters, K, j):
    """soft_gradient: targets of any sum."""
    check(work, "soft_gradient", letters, K=K, j=j)


# Names that an index of one's own may have as well. A sum's index that is the argument's symbol means every class.
@pytest.mark.parametrize("name, known", [("i", {"integer": True}), ("m", {"integer": True}), ("n", {"integer": True}), ("i", {})])
def test_soft_gradient_for_any_name(work, name, known):
    """soft_gradient: the class's symbol may have any name."""
    check(work, "soft_gradient", {**LETTERS, "j": name}, known, K=3, j=1)


@pytest.mark.parametrize("letters, K, i", [(LETTERS, 2, 0), (OTHERS, 3, 2), (LETTERS, 1, 0)])
def test_hessian_on_the_diagonal(work, letters, K, i):
    """hessian: twice by the same logit."""
    check(work, "hessian", letters, K=K, i=i, j=i)


# It begins with other letters than the check before ended with: an answer to that one is none here.
@pytest.mark.parametrize("letters, K, i, j", [(OTHERS, 2, 0, 1), (LETTERS, 3, 2, 0), (OTHERS, 3, 0, 1), (NUMBERS, 3, 1, 2)])
def test_hessian_off_the_diagonal(work, letters, K, i, j):
    """hessian: by two logits."""
    check(work, "hessian", letters, K=K, i=i, j=j)


# ── for logits one by one ───────────────────────────────────────────────────────────────────────────────────────

# Symbols; one class alone; the same logit twice, and logits by which no machine differentiates; a v that changes nothing.
VECTORS = [
    (("a", "b"), ("t0", "t1"), ("v0", "v1")), (("a", "b", "c"), ("t0", "2", "-1"), ("1", "0", "v2")),
    (("a",), ("t0",), ("v0",)), (("x + y", "0", "x + y"), ("1/2", "1/4", "1/4"), ("x", "1", "2")),
    (("b", "a"), ("1", "t1"), ("5", "5")),
]


@pytest.mark.parametrize("z, t, v", VECTORS)
def test_hessian_product(work, z, t, v):
    """hessian_product: every second derivative with every entry of v."""
    texts = [*z, *t, *v]

    def right(numbers):
        return hessian_product(*([algebra.number(text)(numbers) for text in vector] for vector in (z, t, v)))

    answer = work.run(probes.expressions, "hessian_product", z, t, v)
    algebra.expect_values(
        answer, equals=right, symbols={symbol.name for text in texts for symbol in sp.sympify(text).free_symbols},
        given={name: as_written(vector) for name, vector in (("z", z), ("t", t), ("v", v))},
        names="entry [{}]", wanted="product")


def as_written(vector):
    return Written(f"({', '.join(vector)}{',' if len(vector) == 1 else ''})")
