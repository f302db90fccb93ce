"""Two samples and their largest distance: the empirical distribution function, and the statistic of Kolmogorov and Smirnov."""
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises
from tests.p3_systems.monitoring import probes_ks_statistic as probes
from tests.strategies import seeds, values

INF, NAN = float("inf"), float("nan")
SIDES = ["both", "greater", "less"]


def share(sample, t):
    """The share of a list's values that are at most t, as a fraction."""
    return Fraction(sum(each <= t for each in sample), len(sample))


def distance(x, y, side):
    """(statistic, location, sign) from the definition: at each value of either sample, with fractions."""
    x, y = x.astype(np.float64).tolist(), y.astype(np.float64).tolist()
    best = None
    for t in sorted({*x, *y}):
        above = share(x, t) - share(y, t)
        size = {"both": abs(above), "greater": above, "less": -above}[side]
        if best is None or size > best[0]:
            best = size, t, (above > 0) - (above < 0)
    return float(best[0]), best[1], best[2]


@st.composite
def samples(draw, max_size=8):
    """(x, y): eighths between -1 and 1, so that values occur several times, or between -8 and 8, where few do."""
    reach, seed = draw(st.sampled_from([1, 8])), draw(seeds)
    n, m = draw(st.integers(1, max_size)), draw(st.integers(1, max_size))
    return values((n,), seed, low=-reach, high=reach), values((m,), seed + 10_000, low=-reach, high=reach)


def check(work, x, y, side="both", *, what=slice(None), exact=False):
    """A call against the definition. `what` says which of its three results are looked at."""
    want = distance(x, y, side)[what]
    given = {"x": x.copy(), "y": y.copy(), "side": side}
    got = work.ks_statistic(x, y) if side == "both" else work.ks_statistic(x, y, side=side)
    expect(len(got), equals=3, given=given, note="how many results")
    expect(list(got)[what], equals=list(want), given=given)


@given(pair=samples(), shape=st.sampled_from([(), (1,), (4,), (2, 3), (2, 1, 2)]), seed=seeds)
def test_ecdf(work, pair, shape, seed):
    """ecdf: the share of the values that are at most each point, ties and the point itself included."""
    sample, others = pair
    points = values(shape, seed, low=-2, high=2)
    for points in (points, np.concatenate([sample, others])):  # also where the function jumps
        want = np.empty(points.shape)
        for place in np.ndindex(points.shape):
            want[place] = share(sample.tolist(), points[place])
        expect(work.ecdf(sample, points), equals=want, given={"sample": sample.copy(), "points": points.copy()})


@given(pair=samples())
def test_statistic(work, pair):
    """ks_statistic: the largest distance of the two step functions, for samples of any sizes, with and without ties."""
    check(work, *pair, what=slice(0, 1))
    check(work, pair[1], pair[0], what=slice(0, 1))


@given(pair=samples(5))
def test_one_sided(work, pair):
    """ks_statistic: "greater" looks only at where x's function is above y's, "less" only at where it is below."""
    for side in ("greater", "less"):
        check(work, *pair, side, what=slice(0, 1))


# Samples for which 1/3 - 0 meets 2/3 - 1/3, and others whose distances are equal, but not when floats are subtracted.
EQUAL = [([1, 2, 4], [2, 3, 5]), ([1, 2, 3, 4, 9, 10], [2, 3, 4, 8, 8, 10]), ([2, 4, 6, 8, 10], [1, 3, 5, 7, 9]),
         ([1, 3, 5, 7, 9, 11, 13], [2, 4, 6, 8, 10, 12, 14]), ([1, 3, 3, 6, 7, 7, 9, 10, 11, 12], [2, 4, 5, 8, 13]),
         ([3, 4, 1, 2, 5, 6], [1, 2, 7]), ([0, 1, 1, 0], [1, 0])]


@given(pair=samples(6), side=st.sampled_from(SIDES))
def test_location(work, pair, side):
    """ks_statistic: the location is the smallest value at which the distance is attained, with the sign that it has there."""
    check(work, *pair, side, what=slice(1, 3))


@pytest.mark.parametrize("side", SIDES)
def test_equal_distances(work, side):
    """ks_statistic: of distances that are equal as fractions, the one at the smallest value gives the location."""
    for x, y in EQUAL:
        for x, y in ((x, y), (y, x)):
            check(work, np.array(x, float), np.array(y, float), side, what=slice(1, 2))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("x, y", [
    ([1.0], [2.0]), ([2.0], [1.0]), ([3.0], [3.0]), ([1.0, 2.0], [2.0, 1.0]), ([5.0, 5.0, 5.0], [5.0]),
    ([1.0, 2.0], [3.0, 4.0, 5.0]), ([3.0, 4.0, 5.0], [1.0, 2.0]), ([-INF, 1.0, INF], [-INF, -INF, 2.0]),
    ([INF, INF], [INF, 0.0, -INF]), ([-0.0, 1.0], [0.0, 2.0]), ([1e308, -1e308], [1e-320, 0.0])])
def test_edges(work, x, y, side):
    """Samples of one value, equal samples, samples that lie apart, infinities, a zero and a negative zero."""
    x, y = np.array(x), np.array(y)
    check(work, x, y, side)
    points = np.concatenate([y, [-INF, INF]])
    expect(work.ecdf(x, points), equals=np.array([float(share(x.tolist(), t)) for t in points]),
           given={"sample": x.copy(), "points": points.copy()})


@pytest.mark.parametrize("n, m, spread", [(40, 90, 0), (400, 1, 0), (20_000, 100_000, 0), (100_000, 30_000, 40)])
def test_many_values(work, n, m, spread):
    """Up to 100,000 values, from continuous and from rounded data, as SciPy has it."""
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        x, y = random.normal(size=n), random.normal(0.1, 1.1, size=m)
        if spread:
            x, y = np.round(x * spread) / spread, np.round(y * spread) / spread
        for side, scipys in zip(SIDES, ("two-sided", "greater", "less")):
            want = stats.ks_2samp(x, y, alternative=scipys, method="asymp")
            got = work.ks_statistic(x, y, side=side)
            expect(got[0], equals=float(want.statistic), given={"n": n, "m": m, "seed": seed, "side": side}, rtol=1e-12)
        expect(work.ecdf(y, x), equals=stats.ecdf(y).cdf.evaluate(x), given={"values": m, "points": n, "seed": seed})


@pytest.mark.parametrize("side", ["both", "greater"])
def test_nearly_equal_distances(work, side):
    """ks_statistic: among distances that differ by a millionth, the largest one gives the location."""
    n = 1000
    for lead, moved in ((300, 0.0), (100, 3.0)):  # x leads; then they take turns, and a step of x is higher by 1 / (n (n + 1))
        x, y = np.arange(n) + moved, np.arange(lead, lead + n + 1) + 0.5 + moved
        expect(work.ks_statistic(x, y, side=side)[1], equals=n - 1 + moved, given={"x": x, "y": y, "side": side})


@pytest.mark.parametrize("side", ["both", "less"])
def test_sizes_whose_product_is_large(work, side):
    """ks_statistic: two samples of 60,000 values that lie apart: the product of their sizes is above 2³¹."""
    for shift in (1.0, 2.0):
        x, y = np.linspace(2, 3, 60_000) + shift, np.linspace(0, 1, 60_000) + shift
        given = {"x": "60,000 values from 2 to 3", "y": "60,000 values from 0 to 1", "both moved by": shift, "side": side}
        expect(list(work.ks_statistic(x, y, side=side)), equals=[1.0, 1 + shift, -1], given=given)


@pytest.mark.parametrize("x, y, side", [
    ([], [1.0], "both"), ([1.0], [], "both"), ([], [], "greater"), ([1.0, NAN], [1.0, 2.0], "both"),
    ([1.0, 2.0], [NAN, 1.0], "less"), ([NAN], [NAN], "greater"), ([1.0, 3.0], [2.0], "two-sided"), ([1.0, 3.0], [2.0], "")])
def test_refuses(work, x, y, side):
    """A sample that is empty or contains NaN, and a side that is none of the three, raise ValueError."""
    for seed in (1, 2):  # else who always refuses would pass
        check(work, values((2,), seed), values((3,), seed + 5), "less")
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    with expect_raises(ValueError, given={"x": x.copy(), "y": y.copy(), "side": side}):
        work.ks_statistic(x, y, side=side)


@pytest.mark.parametrize("sample, points", [([], [1.0]), ([], []), ([NAN, 1.0], [0.0]), ([1.0, 2.0], [0.0, NAN])])
def test_ecdf_refuses(work, sample, points):
    """ecdf: a sample that is empty, and NaN in the sample or in the points, raise ValueError; no points are no error."""
    for other in ([2.0, 1.0, 2.0], [3.0, 1.5, 2.5]):
        expect(work.ecdf(np.array(other), np.array([2.0])), equals=np.array([float(share(other, 2.0))]),
               given={"sample": np.array(other), "points": np.array([2.0])})
    expect(work.ecdf(np.array([1.0]), np.array([])), equals=np.array([]), given={"sample": np.array([1.0]), "points": np.array([])})
    sample, points = np.array(sample, dtype=float), np.array(points, dtype=float)
    with expect_raises(ValueError, given={"sample": sample.copy(), "points": points.copy()}):
        work.ecdf(sample, points)


@pytest.mark.parametrize("layout", ["gaps", "backwards"])
@pytest.mark.parametrize("dtypes", [("float64", "float64"), ("float32", "float32"), ("float32", "float64"), ("float16", "float32")])
def test_dtypes_and_arguments(work, dtypes, layout):
    """Samples may be of two dtypes and views; no argument is changed, and another call changes no earlier result."""
    # Tenths: 0.1 as float32 is larger than 0.1 as float64, and they are two values.
    several = [[np.round(values((n,), seed, low=-1, high=1), 1).astype(dtype) for n, seed, dtype in
                zip((5, 7), (begin, begin + 1), dtypes)] for begin in (3, 13)]
    given = {"x": several[0][0].copy(), "y": several[0][1].copy(), "dtypes": list(dtypes), "layout": layout}
    results, after = work.run(probes.calls, "ks_statistic", several, layout)
    expect([list(each) for each in results], equals=[list(distance(*pair, "both")) for pair in several], given=given,
           note="the results of two calls")
    expect(after, equals=several, given=given, note="the arguments afterwards")
    results, after = work.run(probes.calls, "ecdf", several, layout)
    expect(results, equals=[np.array([float(share(x.astype(float).tolist(), float(t))) for t in y]) for x, y in several],
           given=given, note="ecdf's results of two calls")
    expect(after, equals=several, given=given, note="ecdf's arguments afterwards")
