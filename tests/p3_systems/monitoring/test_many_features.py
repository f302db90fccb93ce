"""Many features, few false alarms: adjusted p-values by Bonferroni, Holm, and Benjamini and Hochberg."""
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_many_features as probes
from tests.strategies import seeds

NAN = float("nan")
METHODS = ["bonferroni", "holm", "benjamini_hochberg"]
ALL = pytest.mark.parametrize("function", METHODS)
LEVEL, RUNS = 0.05, 1000


def adjusted(function, p):
    """The smallest level at which the procedure rejects, with fractions and from counts: no order is needed for that."""
    p, m = [Fraction(float(each)) for each in p], len(p)
    bounds = []
    for mine in p:
        if function == "bonferroni":
            bound = m * mine
        elif function == "holm":
            bound = max((m - sum(other < each for other in p)) * each for each in p if each <= mine)
        else:
            bound = min(m * each / sum(other <= each for other in p) for each in p if each >= mine)
        bounds.append(min(1.0, float(bound)))
    return np.array(bounds)


@st.composite
def p_values(draw):
    """1 to 9 p-values: multiples of 1/64, or of 1/8 so that some are equal, or small ones."""
    parts, size, seed = draw(st.sampled_from([64, 8, 1000])), draw(st.integers(1, 9)), draw(seeds)
    return np.random.default_rng(seed).integers(0, 65 if parts == 1000 else parts + 1, size) / parts


def check(work, function, p):
    want, given = adjusted(function, p), {"p": p.copy()}  # before the call, which may change p
    expect(getattr(work, function)(p), equals=want, given=given)


@given(p=p_values())
def test_bonferroni(work, p):
    """bonferroni: each p-value times their number, and 1 at most."""
    check(work, "bonferroni", p)


@given(p=p_values())
def test_holm(work, p):
    """holm: the factors fall from m to 1, no result is smaller than that of a smaller p-value, and 1 is the most."""
    check(work, "holm", p)


@given(p=p_values())
def test_benjamini_hochberg(work, p):
    """benjamini_hochberg: m / rank times the p-value, and no result is larger than that of a larger p-value."""
    check(work, "benjamini_hochberg", p)


@ALL
def test_ties_and_edges(work, function):
    """Equal p-values, 0 and 1, a single feature and none, and a thousand features in any order."""
    for p in ([0.02, 0.02, 0.5, 0.02], [0.5, 0.25, 0.25, 1.0], [0.0, 1.0, 0.0], [0.3], [1.0], [0.0], [1.0, 1.0], [0.04, 0.03, 0.02, 0.01],
              [0.01, 0.02, 0.03, 0.04], [1e-300, 1e-200, 0.9]):
        check(work, function, np.array(p))
    expect(getattr(work, function)(np.array([])), equals=np.array([]), given={"p": np.array([])})
    for seed in (1, 2):
        p = np.random.default_rng(seed).uniform(0, 1, 1000) ** 3
        want = {"bonferroni": np.minimum(1, 1000 * p), "benjamini_hochberg": stats.false_discovery_control(p, method="bh")}
        if function in want:
            expect(getattr(work, function)(p), equals=want[function], given={"p": p.copy()})


def bounds(rate):
    """Between which shares of RUNS runs an event of probability `rate` is seen, but for 1 case in 100,000."""
    return [float(each) / RUNS for each in stats.binom.ppf([5e-6, 1 - 5e-6], RUNS, rate)]


def families(work, function, p, null):
    """For each run: whether a null feature is rejected at LEVEL, and the share of false rejections among all."""
    given = {"runs": len(p), "features": p.shape[1], "level": LEVEL}
    result = work.run(probes.adjust_all, function, p)
    expect(list(result.shape), equals=list(p.shape), given=given, note="the shape of all results")
    rejected = result <= LEVEL
    false = (rejected & null).sum(1)
    return (false > 0).mean(), (false / np.maximum(rejected.sum(1), 1)).mean(), rejected[:, ~null].mean() if (~null).any() else 0.0


@supporting  # it looks at a share of many results, which remembered ones may have too
@ALL
def test_no_feature_has_changed(work, function):
    """Where nothing has changed, the chance of any alarm among all features is the level, as a thousand runs see it."""
    features = 20
    p = np.random.default_rng(features).uniform(size=(RUNS, features))
    low, high = bounds(1 - (1 - LEVEL / features) ** features if function != "benjamini_hochberg" else LEVEL)
    share, _, _ = families(work, function, p, np.ones(features, bool))
    expect_true(low <= share <= high, got=share, want=f"a share from {low:.4f} to {high:.4f}",
                given={"features": features, "runs": RUNS, "level": LEVEL}, note="the share of runs with an alarm")


@supporting
@ALL
def test_some_features_have_changed(work, function):
    """Where five of twenty have changed: the family-wise error, or the false discovery rate, stays at the level."""
    random = np.random.default_rng(3)
    z = random.normal(size=(RUNS, 20)) + np.where(np.arange(20) < 15, 0, 2.5)
    null = np.arange(20) < 15
    family, discoveries, power = families(work, function, stats.norm.sf(z), null)
    given = {"features": 20, "of them changed": 5, "runs": RUNS, "level": LEVEL}
    if function == "benjamini_hochberg":
        # For independent features it is 15/20 of the level. The share of one run is from 0 to 1: its variance is at most that of an event.
        low, high = bounds(LEVEL * 15 / 20)
        expect_true(low <= discoveries <= high, got=discoveries, want=f"a mean share from {low:.4f} to {high:.4f}", given=given,
                    note="false rejections among all rejections")
        expect_true(power > 0.4, got=power, want="at least 0.4", given=given, note="the share of the changed that was found")
    else:
        low, high = bounds(0.035)[0], bounds(LEVEL)[1]
        expect_true(low <= family <= high, got=family, want=f"a share from {low:.4f} to {high:.4f}", given=given,
                    note="the share of runs with a false alarm")
        expect_true(0.3 < power < 0.4, got=power, want="0.3 to 0.4", given=given, note="the share of the changed that was found")


def rates(rejected, null):
    """The three rates, run by run, with fractions."""
    family, discoveries, found, changed = 0, Fraction(0), 0, 0
    for run in rejected.tolist():
        false = sum(yes and is_null for yes, is_null in zip(run, null.tolist()))
        family += false > 0
        discoveries += Fraction(false, sum(run)) if any(run) else 0
        found += sum(run) - false
        changed += sum(not is_null for is_null in null.tolist())
    return [float(Fraction(family, len(rejected))), float(discoveries / len(rejected)), found / changed if changed else NAN]


@given(runs=st.integers(1, 6), features=st.integers(1, 5), share=st.sampled_from([0.2, 0.5, 0.8]), seed=seeds)
def test_error_rates(work, runs, features, share, seed):
    """error_rates: family-wise error, false discovery rate and power of what was rejected in several runs."""
    random = np.random.default_rng(seed)
    rejected, null = random.uniform(size=(runs, features)) < share, random.uniform(size=features) < 0.5
    expect(list(work.error_rates(rejected, null)), equals=rates(rejected, null), given={"rejected": rejected.copy(), "null": null.copy()})


@pytest.mark.parametrize("null", [[True, False, True], [True, True, True], [False, False, False]])
def test_error_rates_at_the_edges(work, null):
    """error_rates: nothing or all rejected, only unchanged features (power NaN) or none, and no runs at all (ValueError)."""
    null = np.array(null)
    for rejected in (np.array([[True, True, False], [True, False, False]]), np.zeros((2, 3), bool), np.ones((1, 3), bool), np.eye(3, dtype=bool), np.array([[True, True, False], [False] * 3] * 3)):
        got, after = work.run(probes.rates_and_arguments, rejected, null)
        given = {"rejected": rejected.copy(), "null": null.copy()}
        expect(got, equals=rates(rejected, null), given=given)
        expect(after, equals=[rejected, null], given=given, note="the arguments afterwards")
    with expect_raises(ValueError, given={"rejected": np.zeros((0, 3), bool), "null": null}):
        work.error_rates(np.zeros((0, 3), bool), null)


@ALL
@pytest.mark.parametrize("p", [[-0.01, 0.5], [0.5, 1.0001], [0.5, NAN], [NAN], [math.inf]])
def test_refuses(work, function, p):
    """NaN, and what is not from 0 to 1, raise ValueError."""
    for allowed in ([0.0, 0.01, 1.0], [0.02, 0.5, 0.01]):  # else who always refuses would pass
        check(work, function, np.array(allowed))
    with expect_raises(ValueError, given={"p": np.array(p)}):
        getattr(work, function)(np.array(p))


@ALL
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arguments(work, function, dtype):
    """The result is float64; the p-values may be a view, are not changed, and another call changes no earlier result."""
    first, second = (np.array(p, dtype=dtype) for p in ([0.03, 0.01, 0.5, 0.02], [0.2, 0.9, 0.015, 0.001]))
    want = [adjusted(function, first), adjusted(function, second)]
    results, after = work.run(probes.two_results, function, first, second)
    expect(results, equals=want, given={"p": first.copy()}, note="the results of two calls")
    expect(after, equals=[first, second], given={"p": first.copy()}, note="the arguments afterwards")
