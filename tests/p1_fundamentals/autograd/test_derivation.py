"""Derive: softmax, then cross-entropy."""
import pytest
import sympy as sp

from tests import algebra
from tests import probes_algebra as probes

# Symbols first; then one logit alone, two of names that learners give to symbols of their own, the same one twice, and
# logits by which no machine differentiates.
LOGITS = [("a", "b"), ("a", "b", "c"), ("a",), ("z1", "z0"), ("x + y", "0", "x + y"), ("-2", "a*b", "log(2)", "2*a - 1")]


def weighted_loss(z, t):
    """The loss by its definition, of which the oracles take the derivative."""
    return -sum(t_i * algebra.log(p_i) for t_i, p_i in zip(t, algebra.softmax(z)))


def gradient(z, t):
    return tuple(algebra.partial(lambda moved: weighted_loss(moved, t), z, j) for j in range(len(z)))


def jacobian(z):
    def row(i):
        return tuple(algebra.partial(lambda moved: algebra.softmax(moved)[i], z, j) for j in range(len(z)))
    return tuple(row(i) for i in range(len(z)))


def one_hot(k, n):
    return [int(i == k) for i in range(n)]


# By function: the right values, from numbers for its arguments; how an entry is called; and what it is.
ORACLES = {
    "softmax": (algebra.softmax, "p_{}", "softmax"),
    "softmax_jacobian": (jacobian, "∂p_{}/∂z_{}", "derivative"),
    "loss": (lambda z, k: weighted_loss(z, one_hot(k, len(z))), "", "loss"),
    "loss_gradient": (lambda z, k: gradient(z, one_hot(k, len(z))), "∂L/∂z_{}", "derivative"),
    "weighted_loss_gradient": (gradient, "∂L/∂z_{}", "derivative"),
}


def check(work, function, z, *others, only=None):
    """The answer for logits `z` and for weights or a class. Texts stand for expressions; `only` picks entries."""
    oracle, names, wanted = ORACLES[function]
    texts = [text for argument in (z, *others) if isinstance(argument, tuple) for text in argument]
    symbols = {symbol.name for text in texts for symbol in sp.sympify(text).free_symbols}

    def right(numbers):
        arguments = [[algebra.number(text)(numbers) for text in argument] if isinstance(argument, tuple) else argument
                     for argument in (z, *others)]
        return oracle(*arguments)

    answer = work.run(probes.expressions, function, z, *others)
    shown = {"z": as_written(z)} | {"t" if isinstance(other, tuple) else "k": as_written(other) for other in others}
    algebra.expect_values(answer, equals=right, symbols=symbols, given=shown, names=names, only=only,
                          wanted=wanted)


def as_written(argument):
    if not isinstance(argument, tuple):
        return argument
    return Written(f"({', '.join(argument)}{',' if len(argument) == 1 else ''})")


class Written(str):
    """A text that is shown without quotes."""

    def __repr__(self):
        return str(self)


@pytest.mark.parametrize("z", LOGITS)
def test_softmax(work, z):
    """softmax: each exponential over the sum of all."""
    check(work, "softmax", z)


@pytest.mark.parametrize("z", LOGITS)
def test_jacobian_on_the_diagonal(work, z):
    """The Jacobian's diagonal: how a probability changes with its own logit."""
    check(work, "softmax_jacobian", z, only=lambda i, j: i == j)


# In another order than above: an answer to an earlier question is none here.
@pytest.mark.parametrize("z", [LOGITS[3], *LOGITS[:3], *LOGITS[4:]])
def test_jacobian_off_the_diagonal(work, z):
    """The Jacobian off its diagonal: every logit is in the sum, so each probability changes with each logit."""
    check(work, "softmax_jacobian", z, only=lambda i, j: i != j)


CLASSES = [(z, k) for z in LOGITS for k in range(len(z))]


@pytest.mark.parametrize("z, k", CLASSES)
def test_loss(work, z, k):
    """loss: the cross-entropy of the true class."""
    check(work, "loss", z, k)


@pytest.mark.parametrize("z, k", CLASSES)
def test_loss_gradient(work, z, k):
    """loss_gradient: the derivative by each logit, that of the true class and the others."""
    check(work, "loss_gradient", z, k)


WEIGHTS = {1: [("1",)], 2: [("1/4", "3/4")], 3: [("0", "1", "0"), ("t0", "t1", "1 - t0 - t1")],
           4: [("1/10", "1/10", "7/10", "1/10")]}
ANY_WEIGHTS = {1: [("t0",)], 2: [("t0", "t1"), ("0", "0"), ("1", "-1")], 3: [("t0", "t1", "t2"), ("3", "1", "-2")],
               4: [("t0", "t0", "1", "t1 + 2")]}


@pytest.mark.parametrize("z, t", [(z, t) for z in LOGITS for t in WEIGHTS[len(z)]])
def test_weights_that_sum_to_one(work, z, t):
    """weighted_loss_gradient: weights that add up to 1, as in label smoothing."""
    check(work, "weighted_loss_gradient", z, t)


@pytest.mark.parametrize("z, t", [(z, t) for z in LOGITS for t in ANY_WEIGHTS[len(z)]])
def test_any_weights(work, z, t):
    """weighted_loss_gradient: any weights, also such as do not add up to 1."""
    check(work, "weighted_loss_gradient", z, t)
