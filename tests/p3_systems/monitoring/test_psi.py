"""PSI and Wasserstein's distance: two numbers for how far one sample is from another."""
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true
from tests.p3_systems.monitoring import probes_psi as probes
from tests.strategies import seeds, values

INF, NAN = float("inf"), float("nan")


def edges_of(reference, bins):
    """Quantiles by their definition: between the two values whose places are next to (n - 1) k / bins."""
    ordered, edges = sorted(float(each) for each in reference), []
    for k in range(1, bins):
        place = Fraction((len(ordered) - 1) * k, bins)
        low = math.floor(place)
        high = min(low + 1, len(ordered) - 1)
        edge = ordered[low] + float(place - low) * (ordered[high] - ordered[low])
        if not edges or edge > edges[-1]:
            edges.append(edge)
    return edges


def psi_of(reference, current, bins):
    edges, total, shares = edges_of(reference, bins), 0.0, []
    for sample in (reference, current):
        counts = [0] * (len(edges) + 1)
        for value in sample:
            counts[sum(edge < value for edge in edges)] += 1
        shares.append([(count + 0.5) / (len(sample) + len(counts) / 2) for count in counts])
    for p, q in zip(*shares):
        total += (q - p) * math.log(q / p)
    return total


def check_psi(work, reference, current, bins):
    expect(work.psi(reference, current, bins=bins), equals=psi_of(reference, current, bins),
           given={"reference": reference.copy(), "current": current.copy(), "bins": bins})


def spread_out(n, seed, distinct=False):
    """Eighths, of which several may be equal; or as many different ones. Quarters of their distances are exact."""
    return np.random.default_rng(seed).permutation(3 * n)[:n] / 2.0 if distinct else values((n,), seed)


QUANTILES = st.sampled_from([2, 4, 8])  # of which eighths have exact quantiles: so every value has the bin that the contract says


@given(n=st.integers(1, 12), bins=QUANTILES, seed=seeds, distinct=st.booleans())
def test_bin_edges(work, n, bins, seed, distinct):
    """bin_edges: the quantiles of the reference, each edge once, in ascending order."""
    reference = spread_out(n, seed, distinct)
    expect(work.bin_edges(reference, bins), equals=np.array(edges_of(reference, bins)), given={"reference": reference.copy(), "bins": bins})


@given(n=st.integers(1, 12), m=st.integers(1, 12), bins=QUANTILES, seed=seeds, moved=st.sampled_from([0, 0, 1, -4]))
def test_psi(work, n, m, bins, seed, moved):
    """psi: the index in bins of the reference alone, with half a value more in each bin."""
    check_psi(work, spread_out(n, seed), spread_out(m, seed + 1) + moved, bins)


@pytest.mark.parametrize("reference, current", [
    ([1, 2, 3, 4, 5, 6, 7, 8, 9], [100, 101, -50, 3]), ([1, 2, 3, 4, 5], [2, 2, 2, 3, 3]), ([0, 0, 0, 0, 0, 0, 0, 3, 4], [0, 0, 3, 3, 5]),
    ([0, 0, 0, 0], [0, 0]), ([0, 0, 0, 0], [1, 0]), ([1, 2], [1, 2]), ([5], [6]), ([1, 2, 3, 4, 5, 6, 7, 8, 9], [1] * 40), ([1, 1, 1, 9], [9, 9, 9, 9])])
@pytest.mark.parametrize("bins", [2, 4])
def test_psi_at_the_edges(work, reference, current, bins):
    """psi: values at an edge, values outside of all that was seen, empty bins, many equal values and equal samples."""
    check_psi(work, np.array(reference, float), np.array(current, float), bins)


def test_default_bins(work):
    """psi: ten bins where nothing else is said, for samples of thousands of values."""
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        reference, current = random.normal(size=3000), random.normal(0.2, 1.3, size=1700)
        expect(work.psi(reference, current), equals=psi_of(reference, current, 10), given={"reference": 3000, "current": 1700, "seed": seed})


def test_psi_by_chance(work):
    """psi_by_chance: about (B - 1)(1/n + 1/m), which is what PSI is on average where nothing has changed."""
    for bins, n, m in ((10, 100, 100), (2, 1, 7), (20, 4000, 50)):
        want = float((bins - 1) * (Fraction(1, n) + Fraction(1, m)))
        expect(work.psi_by_chance(bins, n, m), equals=want, given={"bins": bins, "n": n, "m": m})
    random = np.random.default_rng(7)
    pairs = [(random.normal(size=400), random.normal(size=200)) for _ in range(300)]
    mean = float(work.run(probes.indices, pairs, 8).mean())
    # Its standard deviation is that of chi-square with 7 degrees of freedom, √14/7 of the mean, and 3 percent in a mean of 300.
    right = 7 * (1 / 400 + 1 / 200)
    expect_true(0.85 * right < mean < 1.15 * right, got=mean, want=f"from {0.85 * right:.4f} to {1.15 * right:.4f}",
                given={"pairs": 300, "n": 400, "m": 200, "bins": 8}, note="the mean of psi where nothing has changed")


def check_wasserstein(work, x, y, **weights):
    """Against SciPy, which moves mass between the values of both samples."""
    scipys = {{"x_weights": "u_weights", "y_weights": "v_weights"}[name]: each for name, each in weights.items()}
    want = float(stats.wasserstein_distance(x, y, **scipys))
    expect(work.wasserstein(x, y, **weights), equals=want, given={"x": x.copy(), "y": y.copy(), **{k: v.copy() for k, v in weights.items()}})


@given(n=st.integers(1, 7), m=st.integers(1, 7), seed=seeds, moved=st.sampled_from([0, 0, 2, -5]))
def test_wasserstein(work, n, m, seed, moved):
    """wasserstein: the area between two distribution functions, for samples of any sizes, in any order, with ties."""
    x, y = values((n,), seed), values((m,), seed + 1) + moved
    check_wasserstein(work, x, y)
    if n == m:  # then the values are matched in order
        want = float(np.mean([abs(a - b) for a, b in zip(sorted(x), sorted(y))]))
        expect(work.wasserstein(x, y), equals=want, given={"x": x.copy(), "y": y.copy()})


@given(n=st.integers(1, 6), m=st.integers(1, 6), seed=seeds, which=st.sampled_from(["x", "y", "both"]))
def test_weights(work, n, m, seed, which):
    """wasserstein: each value has the mass that its weight says, of which only the ratios count, and 0 is none."""
    x, y = values((n,), seed), values((m,), seed + 1)
    weights = {name: values((size,), seed + 2 + size, low=0, high=4) + (np.arange(size) == 0) for name, size in (("x_weights", n), ("y_weights", m))
               if which in (name[0], "both")}
    check_wasserstein(work, x, y, **weights)


def test_wasserstein_of_many(work):
    """wasserstein: up to 100,000 values, a shift, large values, and numbers that rounding makes equal."""
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        x, y = random.normal(size=100_000), random.exponential(size=60_000)
        want = float(stats.wasserstein_distance(x, y))
        expect(work.wasserstein(x, y), equals=want, given={"x": "100,000 values", "y": "60,000 values", "seed": seed})
    for x, y in (([0.0, 1.0], [1e6, 1e6 + 1]), ([1e-9, 3e-9], [2e-9]), ([5.0], [5.0]), ([-1e9, 1e9], [0.0]), ([2.0, 2.0, 2.0], [2.0, 3.0])):
        check_wasserstein(work, np.array(x), np.array(y))


@pytest.mark.parametrize("function", ["bin_edges", "psi", "wasserstein"])
@pytest.mark.parametrize("x, y", [([], [1.0]), ([1.0, NAN], [1.0]), ([1.0, INF], [1.0]), ([1.0], []), ([1.0], [NAN, 2.0]), ([1.0], [-INF])])
def test_refuses(work, function, x, y):
    """A sample that is empty, or has a value that is NaN or infinite, raises ValueError."""
    for other in ([1.0, 2.5], [7.0, 3.0]):  # else who always refuses would pass
        check_wasserstein(work, np.array(other), np.array([2.0]))
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    if function == "bin_edges":
        x = y if x.size == 1 else x
    with expect_raises(ValueError, given={"reference": x} if function == "bin_edges" else {"x": x, "y": y}):
        getattr(work, function)(x, 3 if function == "bin_edges" else y)


@pytest.mark.parametrize("function", ["bin_edges", "psi", "psi_by_chance"])
@pytest.mark.parametrize("bins", [1, 0, -3])
def test_refuses_bins(work, function, bins):
    """Fewer than 2 bins raise ValueError, and so do sizes below 1."""
    check_psi(work, np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0]), 2)
    check_psi(work, np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0]), 2)
    x = np.array([1.0, 2.0, 3.0])
    with expect_raises(ValueError, given={"function": function, "bins": bins}):
        if function == "bin_edges":
            work.bin_edges(x, bins)
        elif function == "psi":
            work.psi(x, x, bins=bins)
        else:
            work.psi_by_chance(bins, 5, 5)
    if function == "psi_by_chance":
        for n, m in ((0, 5), (5, 0), (-1, 5)):
            with expect_raises(ValueError, given={"bins": 5, "n": n, "m": m}):
                work.psi_by_chance(5, n, m)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -0.5], [NAN, 1.0], [INF, 1.0]])
@pytest.mark.parametrize("which", ["x_weights", "y_weights"])
def test_refuses_weights(work, weights, which):
    """Weights of which one is negative, NaN or infinite, or all are 0, raise ValueError."""
    samples = np.array([1.0, 2.0]), np.array([4.0, 3.0])
    for allowed in ([0.0, 1.0], [3.0, 1.0]):
        check_wasserstein(work, *samples, **{which: np.array(allowed)})
    with expect_raises(ValueError, given={which: np.array(weights)}):
        work.wasserstein(*samples, **{which: np.array(weights)})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arguments(work, dtype):
    """Arguments may be views and of any float dtype, results are of float64; nothing is changed, no earlier result either."""
    several = [[values((n,), seed + n).astype(dtype) for n in (9, 6)] + [values((9,), seed, low=1).astype(dtype)] for seed in (1, 2)]
    want = [[np.array(edges_of(x, 3)), psi_of(x, y, 3), float(stats.wasserstein_distance(x, y, weights))] for x, y, weights in several]
    got, after = work.run(probes.results, several)
    given = {"x": several[0][0].copy(), "y": several[0][1].copy(), "x_weights": several[0][2].copy()}
    expect(got, equals=want, given=given, note="bin_edges, psi and wasserstein of two pairs")
    expect(after, equals=several, given=given, note="the arguments afterwards")
