"""How often chance does it: the p-value of the two-sample KS statistic, exact and asymptotic."""
import functools
import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, supporting
from tests.p3_systems.monitoring import probes_ks_pvalue as probes
from tests.strategies import seeds

INF, NAN = float("inf"), float("nan")
CLOSE = {"rtol": 1e-11, "atol": 0}      # as the contract has it, with a little room
SERIES = {"rtol": 1e-9, "atol": 0}      # and for the series: SciPy's own error is some 1e-15


@functools.cache
def distances(n, m, ties):
    """The distance D of each way to say which of n + m values are x's, by looking: {D: how many ways}, D n m whole."""
    ends = np.cumsum(ties).tolist()
    found = {}
    for chosen in combinations(range(n + m), n):
        far = 0
        for end in ends:
            of_x = sum(place < end for place in chosen)
            far = max(far, abs(m * of_x - n * (end - of_x)))
        found[far] = found.get(far, 0) + 1
    return [[far, count] for far, count in sorted(found.items())]


def enumerated(far, n, m, ties=None):
    """P(D n m >= far) as a float."""
    ties = (1,) * (n + m) if ties is None else tuple(ties)
    return float(Fraction(sum(count for each, count in distances(n, m, ties) if each >= far), math.comb(n + m, n)))


def of_equal_sizes(far, n):
    """P(D >= far / n) for n = m, by Hodges' alternating sum over reflections, with fractions."""
    total = sum((-1) ** (k - 1) * math.comb(2 * n, n - k * far) for k in range(1, n // far + 1))
    return float(Fraction(2 * total, math.comb(2 * n, n)))


def check_exact(work, far, n, m, want, **ties):
    """far is D n m."""
    given = {"statistic": far / (n * m), "n": n, "m": m, **ties}
    expect(work.exact_pvalue(far / (n * m), n, m, **ties), equals=want, given=given, **CLOSE)


sizes = st.sampled_from([(1, 1), (1, 3), (2, 2), (3, 2), (4, 4), (3, 6), (5, 3), (4, 5), (6, 3), (2, 7)])


@given(size=sizes, place=st.floats(0, 1))
def test_exact(work, size, place):
    """exact_pvalue: the share of all lattice paths that come as far as the statistic somewhere, for small samples."""
    n, m = size
    attained = [far for far, _ in distances(n, m, (1,) * (n + m))]
    for far in {attained[round(place * (len(attained) - 1))], attained[0]}:
        check_exact(work, far, n, m, enumerated(far, n, m))


@pytest.mark.parametrize("n", [1, 2, 10, 49, 50, 150, 200])
def test_equal_sizes(work, n):
    """exact_pvalue: samples of equal sizes up to 200, against a closed form, also where the p-value is tiny."""
    for far in sorted({1, (n + 2) // 3, n // 2 + 1, n - 1 or 1, n}):
        check_exact(work, far * n, n, n, of_equal_sizes(far, n))


@pytest.mark.parametrize("n, m", [(7, 10), (30, 20), (12, 90), (150, 200), (1, 300), (40, 41)])
def test_unequal_sizes(work, n, m):
    """exact_pvalue: samples of unequal sizes, against SciPy, and 2 of all paths where the distance is 1."""
    random = np.random.default_rng(n)
    for shift in (0, 0.3, 0.8):
        found = stats.ks_2samp(random.normal(size=n), random.normal(shift, size=m), method="exact")
        check_exact(work, round(found.statistic * n * m), n, m, float(found.pvalue))
    check_exact(work, n * m, n, m, 2 / math.comb(n + m, n))


TIES = [(2, 2, (2, 2)), (2, 2, (1, 2, 1)), (3, 3, (1, 3, 2)), (3, 4, (2, 1, 1, 3)), (4, 3, (7,)), (5, 4, (1, 1, 4, 1, 2)),
        (4, 4, (1, 2, 1, 2, 1, 1)), (2, 6, (3, 1, 3, 1)), (6, 2, (1, 3, 1, 3)), (5, 5, (2, 2, 2, 2, 2)), (1, 1, (2,))]


@pytest.mark.parametrize("n, m, ties", TIES)
def test_ties(work, n, m, ties):
    """exact_pvalue with ties: the functions are compared only where a distinct value is over."""
    steps = sorted({far for far, _ in distances(n, m, (1,) * (n + m))} | {n * m})
    for far in (steps[0], steps[len(steps) // 3], steps[len(steps) // 2], steps[-1]):
        check_exact(work, far, n, m, enumerated(far, n, m, ties), ties=list(ties))
    check_exact(work, steps[1 % len(steps)], n, m, enumerated(steps[1 % len(steps)], n, m), ties=[1] * (n + m))


T = np.array([0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95, 1.0, 1.05, 1.2, 1.36, 1.63, 2.0, 3.5, 6.0])


@given(seed=seeds, shape=st.sampled_from([(), (1,), (3,), (2, 2), (2, 1, 3)]), reach=st.sampled_from([0.5, 2.0, 5.0]))
def test_kolmogorov(work, seed, shape, reach):
    """kolmogorov: the limit for numbers of both series, in arrays of any shape."""
    scaled = np.asarray(np.random.default_rng(seed).integers(1, 200, shape) / 200 * reach)
    expect(work.kolmogorov(scaled), equals=np.asarray(stats.kstwobign.sf(scaled)), given={"scaled": scaled.copy()}, **SERIES)


@pytest.mark.parametrize("scaled", [T[:8], T[8:], [0.0, 1e-300, 1e-8, 0.001, 0.02, 0.04, 0.07], [8.0, 13.0, 18.0], [INF, 100.0, 0.0],
                                    [0.99, 0.999999, 1.0, 1.000001, 1.01]])
def test_kolmogorov_at_both_ends(work, scaled):
    """kolmogorov: precise where the result is next to 1, where it is 1e-280, and between; at 0 it is 1, at infinity 0."""
    scaled = np.array(scaled)
    expect(work.kolmogorov(scaled), equals=stats.kstwobign.sf(scaled), given={"scaled": scaled.copy()}, **SERIES)


@pytest.mark.parametrize("n, m", [(20, 30), (100, 100), (101, 100), (10_000, 1), (1, 10_001), (4000, 7000), (200_000, 150_000)])
@pytest.mark.parametrize("method", ["auto", "asymptotic", "exact"])
def test_methods(work, n, m, method):
    """ks_pvalue: exact or asymptotic as it is asked, and by itself exact while n m is at most 10,000."""
    exact = method == "exact" or method == "auto" and n * m <= 10_000
    if exact and n * m > 10_100:
        n, m = 90, 110
    for t in (0.7, 1.3, 2.1):
        far = round(min(t / math.sqrt(n * m / (n + m)), 1) * max(n, m)) * min(n, m)  # D n m, of a D that there is
        if exact:
            want = float(stats.ks_2samp(*apart(far, n, m), method="exact").pvalue)
        else:
            want = float(stats.kstwobign.sf(far / (n * m) * math.sqrt(n * m / (n + m))))
        arguments = {} if method == "auto" else {"method": method}
        expect(work.ks_pvalue(far / (n * m), n, m, **arguments), equals=want,
               given={"statistic": far / (n * m), "n": n, "m": m, "method": method}, **SERIES)


def apart(far, n, m):
    """Two samples without ties whose distance is far / (n m), where far is a multiple of the smaller size."""
    small, large = min(n, m), max(n, m)
    below = far // small                                  # so many of the larger sample lie below all of the smaller
    of_large = np.arange(large) + 0.5
    of_small = below - 0.25 + np.arange(small) * (large - below) / small if below < large else large + np.arange(small)
    return (of_small, of_large) if n <= m else (of_large, of_small)


@pytest.mark.parametrize("n, m, ties", [(4, 4, [1, 3, 2, 2]), (3, 5, [2, 2, 2, 2]), (5, 4, [4, 5])])
@pytest.mark.parametrize("method", ["auto", "exact"])
def test_ties_are_handed_on(work, n, m, ties, method):
    """ks_pvalue: the exact p-value knows of ties."""
    for far in (n * m // 2, n * m):
        arguments = {} if method == "auto" else {"method": method}
        expect(work.ks_pvalue(far / (n * m), n, m, ties=list(ties), **arguments), equals=enumerated(far, n, m, ties),
               given={"statistic": far / (n * m), "n": n, "m": m, "ties": ties, "method": method}, **CLOSE)


@supporting
@pytest.mark.parametrize("function", ["exact_pvalue", "ks_pvalue"])
@pytest.mark.parametrize("statistic, n, m, named", [
    (-0.1, 3, 4, {}), (1.1, 3, 4, {}), (NAN, 3, 4, {}), (0.5, 0, 4, {}), (0.5, 4, 0, {}), (0.5, 2, -3, {}),
    (0.5, 2, 2, {"ties": [1, 2]}), (0.5, 2, 2, {"ties": [2, 0, 2]}), (0.5, 2, 2, {"ties": [5, -1]}),
    (0.5, 2, 2, {"method": "exakt"}), (0.5, 2, 2, {"method": ""})])
def test_refuses(work, function, statistic, n, m, named):
    """A statistic outside of 0 to 1, a size below 1, wrong ties and an unknown method raise ValueError."""
    for far, ties in ((4, [2, 2]), (2, [1, 3])):  # else who always refuses would pass
        expect(getattr(work, function)(far / 4, 2, 2, ties=list(ties)), equals=enumerated(far, 2, 2, ties),
               given={"statistic": far / 4, "n": 2, "m": 2, "ties": ties}, **CLOSE)
    if "method" in named and function == "exact_pvalue":
        return
    with expect_raises(ValueError, given={"statistic": statistic, "n": n, "m": m, **named}):
        getattr(work, function)(statistic, n, m, **named)


@pytest.mark.parametrize("scaled", [[-0.1], [1.0, NAN], [[0.5, -INF]]])
def test_kolmogorov_refuses(work, scaled):
    """kolmogorov: a negative number and NaN raise ValueError, and an empty array does not."""
    for other in (0.8, 1.2):
        expect(work.kolmogorov(np.array([other])), equals=stats.kstwobign.sf(np.array([other])), given={"scaled": [other]}, **SERIES)
    expect(work.kolmogorov(np.array([])), equals=np.array([]), given={"scaled": np.array([])})
    with expect_raises(ValueError, given={"scaled": np.array(scaled)}):
        work.kolmogorov(np.array(scaled))


@pytest.mark.parametrize("layout", ["gaps", "plain"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arguments(work, layout, dtype):
    """kolmogorov gives float64 for every dtype and layout, changes no argument and no earlier result, and warns of nothing."""
    several = [np.array(each, dtype=dtype) for each in ([[0.0, 0.3], [1.1, 9.0]], [[0.01, 0.7], [1.7, INF]])]
    want = [stats.kstwobign.sf(each.astype(np.float64)) for each in several]
    results, after, warned = work.run(probes.two_results, *several, layout)
    given = {"scaled": several[0].copy(), "layout": layout}
    expect(results, equals=want, given=given, note="the results of two calls", **SERIES)
    expect(after, equals=several, given=given, note="the arguments afterwards")
    expect(warned, equals=[], given=given, note="what was warned of")


@supporting
def test_leaves_ties(work):
    """The list of ties is the caller's, and not changed."""
    ties = [2, 1, 3, 1]
    results, after = work.run(probes.leaves_ties, 0.75, 3, 4, ties)
    expect(after, equals=[2, 1, 3, 1], given={"ties": [2, 1, 3, 1]}, note="the list afterwards")
    expect(results, equals=[enumerated(9, 3, 4, ties)] * 2, given={"ties": ties, "statistic": 0.75}, **CLOSE)
