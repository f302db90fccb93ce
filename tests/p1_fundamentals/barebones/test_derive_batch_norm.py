"""Derive: the gradient of batch norm."""
from fractions import Fraction

import mpmath
import pytest

from tests import algebra
from tests import probes_algebra as probes

# What the arguments are called. With other letters an answer to an earlier question is none.
LETTERS = {"x": "x", "xhat": "xhat", "g": "g", "gamma": "gamma", "mu": "mu", "var": "var", "eps": "eps",
           "s": "s", "i": "i", "m": "m"}
OTHERS = {"x": "z", "xhat": "u", "g": "d", "gamma": "c", "mu": "a", "var": "v", "eps": "e", "s": "r", "i": "j", "m": "n"}
POSITIVE = {"var": {"nonnegative": True}, "eps": {"positive": True}, "s": {"positive": True},
            "i": {"integer": True, "nonnegative": True}, "m": {"integer": True, "positive": True}}

CHAIN = ("x", "g", "gamma", "mu", "var", "eps", "m")
ARGUMENTS = {"by_gamma_and_beta": ("x", "g", "mu", "var", "eps", "m"), "by_variance": CHAIN, "by_mean": CHAIN,
             "by_x": (*CHAIN[:-1], "i", "m"), "in_one_pass": ("xhat", "g", "gamma", "s", "i", "m")}


# ── the oracle: forward by the definition, with one number that carries a derivative ──────────────────────────────


def mean_of(x):
    return sum(x) / mpmath.mpf(len(x))


def variance_of(x, mu):
    return sum((x_k - mu) * (x_k - mu) for x_k in x) / mpmath.mpf(len(x))


def loss(x, g, gamma, beta, mu, var, eps):
    """The L with these g that is linear in y."""
    root = (var + eps) ** mpmath.mpf("0.5")
    return sum(g_k * (gamma * (x_k - mu) / root + beta) for x_k, g_k in zip(x, g))


def derivative(function, x, g, gamma, eps, i):
    """What `function` is to return, by numbers."""
    mu = mean_of(x)
    var = variance_of(x, mu)

    def moved(of, at):
        return algebra.partial(lambda numbers: of(numbers[0]), [at], 0)

    if function == "by_gamma_and_beta":
        return (moved(lambda gamma: loss(x, g, gamma, 0, mu, var, eps), gamma),
                moved(lambda beta: loss(x, g, gamma, beta, mu, var, eps), mpmath.mpf(0)))
    if function == "by_variance":
        return moved(lambda var: loss(x, g, gamma, 0, mu, var, eps), var)
    if function == "by_mean":
        return moved(lambda mu: loss(x, g, gamma, 0, mu, variance_of(x, mu), eps), mu)
    return algebra.partial(lambda x: loss(x, g, gamma, 0, mean_of(x), variance_of(x, mean_of(x)), eps), x, i)


def check(work, function, letters, m, i, eps, only=None):
    """One formula, for a batch of m values and, where it has one, the place i."""
    names = ARGUMENTS[function]
    answer = work.run(probes.expressions, function, *(argument(name, letters) for name in names))
    x, g, gamma = (letters["x"] if "x" in names else "x behind xhat"), letters["g"], letters["gamma"]
    places = {letters[name]: number for name, number in (("m", m), ("i", i), ("eps", eps)) if name in names}

    def epsilon():
        return mpmath.mpf(eps.numerator) / eps.denominator

    def further(numbers):
        mu = mean_of(numbers[x])
        var = variance_of(numbers[x], mu)
        s = 1 / mpmath.sqrt(var + epsilon())
        found = {"mu": mu, "var": var, "s": s, "xhat": [(x_k - mu) * s for x_k in numbers[x]]}
        return {letters[name]: value for name, value in found.items() if name in names}

    algebra.expect_values(
        answer, equals=lambda n: derivative(function, n[x], n[g], n[gamma], epsilon(), i), symbols={x: m, g: m, gamma: 0},
        fixed=places, further=further, with_exp=False, names="entry [{}]", only=only,
        given={"call": Written(f"{function}({', '.join(letters[name] for name in names)})")} | {
            letter: Written(number) for letter, number in places.items()})


def argument(name, letters):
    if name in ("x", "xhat", "g"):
        return {"indexed": letters[name]}
    return {"symbol": letters[name], **POSITIVE.get(name, {})}


class Written(str):
    """A text that is shown without quotes."""

    def __repr__(self):
        return str(self)


# (letters, m, i, eps); a batch of one has no variance, and the gradient by its x is 0.
BATCHES = [(LETTERS, 3, 1, Fraction(1, 4)), (OTHERS, 2, 0, Fraction(2)), (LETTERS, 4, 3, Fraction(1, 100)),
           (OTHERS, 1, 0, Fraction(1))]


@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_by_gamma(work, letters, m, i, eps):
    """by_gamma_and_beta: the derivative by gamma."""
    check(work, "by_gamma_and_beta", letters, m, i, eps, only=lambda place: place == 0)


# With other letters than the check before ended with.
@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_by_beta(work, letters, m, i, eps):
    """by_gamma_and_beta: the derivative by beta."""
    check(work, "by_gamma_and_beta", letters, m, i, eps, only=lambda place: place == 1)


@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_by_variance(work, letters, m, i, eps):
    """by_variance: the variance is in every normalised value."""
    check(work, "by_variance", letters, m, i, eps)


@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_by_mean(work, letters, m, i, eps):
    """by_mean: the mean is in every normalised value, and in the variance."""
    check(work, "by_mean", letters, m, i, eps)


@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_by_x(work, letters, m, i, eps):
    """by_x: by itself, through the variance and through the mean."""
    check(work, "by_x", letters, m, i, eps)


@pytest.mark.parametrize("letters, m, i, eps", BATCHES)
def test_in_one_pass(work, letters, m, i, eps):
    """in_one_pass: the same gradient, from normalised values."""
    check(work, "in_one_pass", letters, m, i, eps)
