"""Xavier and He initialisation.

Weights are drawn by chance, so they are judged by statistics, each with a tolerance of five standard errors: of a right
solution that draws in its own way, one number in two million is farther off. What is drawn hangs on fixed seeds, so a file
that passes once passes always.
"""
import itertools
import math

import numpy as np
import pytest
import torch

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.barebones import probes_initialization as probes
from tests.strategies import values

SIGMAS = 5
# E[w⁴]/Var[w]²: the square of a weight has the variance (kurtosis - 1) Var[w]², and the mean of n of them an n-th of that.
KURTOSIS = {"normal": 3.0, "uniform": 9 / 5}
# (outputs, inputs): far from square, either way round, so that neither fan can stand for the other.
SHAPES = [(300, 200), (50, 1200), (10, 3000), (3000, 10)]
FUNCTIONS = ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform")
# The last two differ in the value alone: who remembers the weights of the one has the other wrong.
OPTIONS = {"xavier": ({}, {"gain": 3.0}, {"gain": 0.5}), "he": ({}, {"slope": 2.0}, {"slope": 0.5})}


def right_variance(function, shape, gain=1.0, slope=0.0):
    outputs, inputs = shape
    return gain**2 * 2 / (outputs + inputs) if function.startswith("xavier") else 2 / (inputs * (1 + slope**2))


def numbers_of(weights, given):
    """All weights, one after another, whatever their shape and dtype: those have a check of their own."""
    floats = type(weights) is torch.Tensor and weights.is_floating_point()
    expect_true(floats and weights.numel() > 0, got=weights, want="a tensor of floats", given=given)
    return weights.double().numpy().ravel()


def check_variance(work, function, shape):
    method, distribution = function.split("_")
    allowed = SIGMAS * math.sqrt((KURTOSIS[distribution] - 1) / math.prod(shape))  # relative
    for seed, options in enumerate(OPTIONS[method]):
        given = {"function": function, "shape": shape, **options}
        weights, = work.run(probes.draws, function, shape, seed, dtype="float64", **options)
        variance, want = np.mean(numbers_of(weights, given)**2), right_variance(function, shape, **options)
        # Two digits: the same slip is known again where it has drawn other numbers.
        expect_true(abs(variance / want - 1) < allowed, got=float(f"{variance:.2g}"), given=given,
                    want=f"{want:.3g}, to {allowed:.1%}", note="the variance: the mean square of the weights")


@pytest.mark.parametrize("function", ["xavier_normal", "xavier_uniform"])
@pytest.mark.parametrize("shape", SHAPES)
def test_xavier_variance(work, function, shape):
    """Xavier: the variance is gain² · 2/(inputs + outputs)."""
    check_variance(work, function, shape)


@pytest.mark.parametrize("function", ["he_normal", "he_uniform"])
@pytest.mark.parametrize("shape", SHAPES)
def test_he_variance(work, function, shape):
    """He: the variance is 2/((1 + slope²) inputs)."""
    check_variance(work, function, shape)


def two_draws(work, function, shape, **options):
    """The weights of two calls with one generator, as one array, and what was given.

    They are different numbers, so who remembers the first result fails. No other check asks for this shape: the call
    before was not of this form either.
    """
    given = {"function": function, "shape": shape, **options, "calls": "two, with one generator"}
    found = work.run(probes.draws, function, shape, 5, count=2, dtype="float64", **options)
    numbers = np.concatenate([numbers_of(weights, given) for weights in found])
    # Drawn in float32, which has 2^24 numbers in [0, 1), one in two hundred of these may come twice by chance.
    distinct = len(np.unique(numbers)) / len(numbers)
    expect_true(distinct > 0.9, got=float(f"{distinct:.2g}"), want="nearly 1", given=given,
                note="the share of different numbers among the weights")
    return numbers, given


def expect_shares(numbers, marks, want, given, unit):
    """The share of the numbers up to each mark is `want`, to five standard errors, and to the digits that are kept."""
    got = np.array([np.mean(numbers <= mark) for mark in marks]).round(2)
    allowed = SIGMAS * math.sqrt(0.25 / len(numbers)) + 0.005  # a share of p has the variance p (1 - p)/n
    expect(got, equals=np.array(want), atol=allowed, rtol=0, given=given,
           note=f"the share of the weights that are at most {', '.join(f'{mark:g}' for mark in marks)} times {unit}")


@pytest.mark.parametrize("function", ["xavier_normal", "he_normal"])
def test_normal_distribution(work, function):
    """xavier_normal, he_normal: each weight is a draw of its own from a normal distribution around 0, whole to its tails."""
    numbers, given = two_draws(work, function, (200, 300))
    numbers = numbers / np.sqrt(np.mean(numbers**2))  # how large they are is for other checks to judge
    marks = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]
    expect_shares(numbers, marks, [(1 + math.erf(z / math.sqrt(2))) / 2 for z in marks], given, "their root mean square")
    tails = math.erfc(3 / math.sqrt(2))  # 0.0027
    share, allowed = np.mean(np.abs(numbers) > 3), SIGMAS * math.sqrt(tails / len(numbers))
    expect_true(abs(share - tails) < allowed, got=float(f"{share:.2g}"), want=f"{tails:.4f}, to {allowed:.4f}", given=given,
                note="the share of the weights that are more than 3 times their root mean square from 0")

    # Weights that were stretched to the wanted variance hang on each other. The mean square of four free ones has the
    # relative standard deviation √(2/4) = 0.71, which 400 calls show to 0.04.
    given = {"function": function, "shape": (2, 2), "calls": "400, with one generator"}
    squares = [np.mean(numbers_of(four, given)**2) for four in work.run(probes.draws, function, (2, 2), 6, count=400, dtype="float64")]
    spread = np.std(squares) / np.mean(squares)
    expect_true(spread > 0.71 - SIGMAS * 0.04, got=float(f"{spread:.2g}"), want="0.71, to 0.2", given=given,
                note="how much the mean square of four weights differs from call to call: its standard deviation by its mean")


@pytest.mark.parametrize("function", ["xavier_uniform", "he_uniform"])
def test_uniform_distribution(work, function):
    """xavier_uniform, he_uniform: the weights lie evenly in [-b, b], reach both ends and go no farther."""
    shape = (300, 250)
    for options in OPTIONS[function.split("_")[0]][1:]:
        bound = math.sqrt(3 * right_variance(function, shape, **options))
        numbers, given = two_draws(work, function, shape, **options)
        scaled, given = numbers / bound, {**given, "b": bound}
        farthest = float(f"{np.abs(scaled).max():.3g}")
        expect_true(np.abs(scaled).max() < 1 + 1e-6, got=farthest, want="at most 1, but for rounding", given=given,
                    note="the largest distance of a weight from 0, divided by b")  # 1e-6: a few roundings in float32
        # None of n draws lies in the last share s of the interval with probability (1 - s)^n: e^-14, as rare as five sigma.
        empty = 2 * 14 / len(scaled)
        for end, name in ((scaled.max(), "the largest weight"), (-scaled.min(), "the smallest weight, times -1,")):
            expect_true(end > 1 - empty, got=float(f"{end:.2g}"), want=f"{1 - empty:.5f} or more", given=given,
                        note=f"{name} divided by b")
        marks = [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75]
        expect_shares(scaled, marks, [(1 + mark) / 2 for mark in marks], given, "b")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_draws_from_its_generator(work, function):
    """The same state of the generator gives the same weights, whatever the global one holds; another gives others."""
    states = {"the state": (7, 0, 1), "that state again, and another global one": (7, 0, 2), "another seed": (8, 0, 1),
              "a number drawn before": (7, 1, 1)}
    given = {"function": function, "shape": (3, 4)}
    found = dict(zip(states, work.run(probes.draws_from_states, function, (3, 4), list(states.values()))))
    numbers = {name: numbers_of(weights, {**given, "generator": name}).tolist() for name, weights in found.items()}
    first, again, *others = numbers
    expect_true(numbers[again] == numbers[first], got="others", want="the same weights", given={**given, "generator": again},
                note="the weights of two equal states")
    for other in others:
        expect_true(numbers[other] != numbers[first], got="the same weights", want="others", given=given,
                    note=f"the weights of another state: {other}")
    one, two = (numbers_of(weights, given).tolist() for weights in work.run(probes.draws, function, (3, 4), 7, count=2))
    expect_true(one != two, got="the same weights", want="others", given=given,
                note="the weights of two calls with one generator")


# ── layers ──────────────────────────────────────────────────────────────────────────────────────────────────────

NUMPY = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "abs": np.abs, "tanh + 10⁶": lambda z: np.tanh(z) + 1e6}
PLAIN = ("relu", "tanh", "abs")
# (numbers in the batch, widths from the input's to the last layer's), or thirty layers with weights of a standard deviation.
SMALL = {"one layer": (2, [1, 2]), "one layer, opposite examples": (2, [2, 3]), "two layers": (3, [4, 3, 5]),
         "four layers": (4, [3, 4, 2, 5, 3])}
DEEP = {"30 layers, std 0.01": 0.01, "30 layers, Xavier": math.sqrt(1 / 40), "30 layers, He": math.sqrt(2 / 40),
        "30 layers, std 0.5": 0.5}


def stack_of(network, seed):
    """(x, weights) as arrays of float64."""
    if network in DEEP:
        chance = np.random.default_rng(seed)
        return chance.standard_normal((20, 40)), [DEEP[network] * chance.standard_normal((40, 40)) for _ in range(30)]
    batch, widths = SMALL[network]
    x, sides = values((batch, widths[0]), seed), zip(widths[1:], widths)
    x[1] = -x[0] if "opposite" in network else x[1]  # under tanh, the sum of a living unit's activations is 0
    return x, [values(side, seed + 10 * layer) for layer, side in enumerate(sides, 1)]


def by_numpy(x, weights, activation):
    """(standard deviation of each layer's activations, share of its dead units), by NumPy."""
    spreads, dead = [], []
    for weight in weights:
        x = NUMPY[activation](np.einsum("bi,oi->bo", x, weight))
        spreads.append(x.std())
        dead.append(np.mean([not column.any() for column in x.T]))
    return torch.tensor(np.array(spreads, x.dtype)), torch.tensor(np.array(dead, x.dtype))


def check_statistics(work, network, activation, which, dtype=np.float64, **options):
    for seed in (1,) if network in DEEP else (1, 2):  # two, so that who remembers the first has the second wrong
        x, weights = stack_of(network, seed)
        x, weights = x.astype(dtype), [weight.astype(dtype) for weight in weights]
        want = by_numpy(x, weights, activation)
        given = {"layers": network, "activation": activation, "x": torch.tensor(x),
                 "weights": [torch.tensor(weight) for weight in weights] if network in SMALL else "30 of shape (40, 40)"}
        got, _, _ = work.run(probes.statistics, torch.tensor(x), [torch.tensor(w) for w in weights], activation)
        expect_true(type(got) is list and len(got) == 2, got=got, want="a tuple of two tensors", given=given)
        expect(got[which], equals=want[which], given=given, **options,
               note=("the standard deviation of each layer's activations", "the share of dead units of each layer")[which])


@pytest.mark.parametrize("network, activation", [
    *itertools.product([*SMALL, *DEEP], PLAIN), ("one layer", "tanh + 10⁶"), ("one layer, opposite examples", "tanh + 10⁶")])
def test_standard_deviations(work, network, activation):
    """layer_statistics: the standard deviation of the activations of each layer, thirty layers deep."""
    # Without an absolute tolerance: thirty small factors leave 1e-40, and that has digits too. With large weights, each layer
    # of tanh grows a difference by a third: rounding errors of 1e-16 become 1e-12, and 1e-6 leaves room for other sums. At
    # 10⁶ a number is rounded to 1e-10.
    check_statistics(work, network, activation, 0, rtol=1e-6, atol=0.0)


@pytest.mark.parametrize("activation", PLAIN)
@pytest.mark.parametrize("network", [*SMALL, *DEEP])
def test_dead_units(work, network, activation):
    """layer_statistics: the share of each layer's units that are 0 for the whole batch."""
    check_statistics(work, network, activation, 1)


# ── form ────────────────────────────────────────────────────────────────────────────────────────────────────────


@supporting
@pytest.mark.parametrize("function", [*FUNCTIONS, "layer_statistics"])
def test_shape_and_dtype(work, function):
    """Weights have the shape (outputs, inputs) and the dtype that is asked for; statistics have the dtype of x."""
    if function == "layer_statistics":
        for which in (0, 1):
            check_statistics(work, "two layers", "relu", which, dtype=np.float32)
        return
    for shape in ((2, 3), (3, 1), (1, 1)):
        for options in ({"dtype": "float64"}, {"dtype": "float32"}, {}):
            given = {"function": function, "shape": shape, **options}
            weights, = work.run(probes.draws, function, shape, 3, **options)
            numbers_of(weights, given)
            expect(tuple(weights.shape), equals=shape, given=given, note="the shape of the weights")
            expect(str(weights.dtype), equals=f"torch.{options.get('dtype', 'float32')}", given=given,
                   note="the dtype of the weights")


@supporting
@pytest.mark.parametrize("function", [*FUNCTIONS, "layer_statistics"])
def test_leaves_everything_as_it_was(work, function):
    """The global generator stays as it was, and so do the batch and the weights."""
    given = {"function": function}
    if function != "layer_statistics":
        stays = work.run(probes.global_state_stays, function, (3, 4))
        expect(stays, equals=True, given=given, note="whether the global generator is in the state of before")
        return
    x, weights = stack_of("two layers", 4)
    x, weights = torch.tensor(x), [torch.tensor(weight) for weight in weights]
    _, x_after, weights_after = work.run(probes.statistics, x, weights, "relu")
    expect(x_after, equals=x, given=given, note="x afterwards")
    expect(weights_after, equals=weights, given=given, note="the weights afterwards")
