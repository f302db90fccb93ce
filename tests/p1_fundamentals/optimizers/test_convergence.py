"""How fast is it? Measures of convergence."""
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true
from tests.p1_fundamentals.optimizers import probes_convergence as probes
from tests.strategies import seeds, values

few = settings(max_examples=25)  # of short records and few seeds there are not many kinds
STATISTICS = probes.STATISTICS


def record(length, seed):
    """(costs, losses): costs increase by uneven steps, losses are positive and go up and down; multiples of 1/8."""
    return np.cumsum(values((length,), seed, low=0.125, high=2)), values((length,), seed + 1, low=0.125, high=4)


@given(st.integers(1, 12), seeds, st.integers(1, 4), st.sampled_from([2.0, 1.0, 3.0, 0.5]))
def test_cost_to_target(work, length, seed, hold, target):
    """cost_to_target: the cost of the first of `hold` records in a row at or below the target, else infinity."""
    costs, losses = record(length, seed)
    for bar in (target, target + 0.125):  # losses are in eighths too, so some lie on the target
        right = [float(costs[i]) for i in range(length - hold + 1) if all(losses[i + j] <= bar for j in range(hold))]
        given = {"costs": costs, "losses": losses, "target": bar, "hold": hold}
        expect(work.cost_to_target(costs, losses, bar, hold=hold), equals=right[0] if right else math.inf, given=given)


@pytest.mark.parametrize("losses, hold, want", [
    ([math.nan, 3.0, math.nan, 1.0], 1, 3), ([1.0, math.nan, 1.0, 1.0], 2, 2), ([1.0, 0.5, 2.0, 1.0], 3, None),
    ([2.0, 2.0, 1.0, 0.5], 2, 2), ([2.0, 2.0, 1.0, 1.0], 3, None), ([0.0, 5.0, 5.0, 5.0], 1, 0), ([math.nan] * 4, 1, None),
    ([2.0, 1.5, 1.0, -math.inf], 1, 2), ([5.0, 4.0, 3.0, math.inf], 1, None)])
def test_cost_to_target_at_the_edges(work, losses, hold, want):
    """cost_to_target: a loss on the target counts, NaN does not, and a run of low losses has to be whole."""
    for first in (1.0, 2.0):
        costs = first + np.array([0.0, 1.5, 4.0, 5.0])
        given = {"costs": costs, "losses": losses, "target": 1.0, "hold": hold}
        got = work.cost_to_target(costs, np.array(losses), 1.0, hold=hold)
        expect(got, equals=math.inf if want is None else float(costs[want]), given=given)


@few
@given(st.integers(1, 9), seeds, st.booleans())
def test_area_under_curve(work, length, seed, log):
    """area_under_curve: the trapezoid rule over unevenly spaced costs, of the loss or of its logarithm."""
    for shift in (0, 5):
        costs, losses = record(length, seed + shift)
        heights = [math.log(x) if log else x for x in losses.tolist()]
        want = math.fsum((costs[i + 1] - costs[i]) * (heights[i] + heights[i + 1]) / 2 for i in range(length - 1))
        expect(work.area_under_curve(costs, losses, log=log), equals=float(want),
               given={"costs": costs, "losses": losses, "log": log})


@pytest.mark.parametrize("log, bad", [(False, math.nan), (True, math.nan), (False, math.inf), (True, math.inf),
                                      (False, -math.inf)])
def test_area_of_a_run_that_diverged(work, log, bad):
    """area_under_curve: infinity where a loss is NaN or infinite, wherever it stands."""
    costs = np.array([0.0, 1.0, 3.0, 4.0])
    for factor in (1.0, 2.0):
        losses = np.full(4, factor * math.e)
        given = {"costs": costs, "losses": losses, "log": log}
        want = 4.0 * (1 + math.log(factor)) if log else 4.0 * factor * math.e
        expect(work.area_under_curve(costs, losses, log=log), equals=want, given=given)
        for place in range(4):
            losses = np.full(4, factor * math.e)
            losses[place] = bad
            expect(work.area_under_curve(costs, losses, log=log), equals=math.inf, given={**given, "losses": losses})


@pytest.mark.parametrize("costs, losses, log", [
    ([0.0, 1.0, 1.0], [1.0, 1.0, 1.0], False), ([0.0, 2.0, 1.0], [1.0, 1.0, 1.0], False), ([3.0, 2.0], [1.0, 1.0], True),
    ([0.0, 1.0, 2.0], [1.0, 0.0, 1.0], True), ([0.0, 1.0, 2.0], [1.0, 1.0, -1.0], True), ([0.0], [0.0], True),
    ([0.0, 1.0, 2.0], [-math.inf, 1.0, 1.0], True), ([0.0, 1.0, 2.0], [math.nan, 1.0, 0.0], True),
    ([0.0, 1.0, 1.0], [1.0, math.inf, 1.0], False)])
def test_area_refuses(work, costs, losses, log):
    """area_under_curve: costs that do not increase raise ValueError, and with log a loss that is not positive does."""
    for factor in (1.0, 2.0):  # what is just allowed
        few_costs, signed = np.array([-1.0, 0.0, 0.125]), factor * np.array([1.0, -1.0, 0.0])
        expect(work.area_under_curve(few_costs, signed), equals=-0.0625 * factor, given={"costs": few_costs, "losses": signed})
    with expect_raises(ValueError, given={"costs": costs, "losses": losses, "log": log}):
        work.area_under_curve(np.array(costs), np.array(losses), log=log)


RESAMPLES = 400
LEVELS = (0.9, 0.8, 0.6, 0.4, 0.2, 0.1)


def resampled(data, statistic):
    """The statistics of all nⁿ resamples, sorted."""
    return np.sort([STATISTICS[statistic](np.array(each)) for each in itertools.product(data, repeat=len(data))])


def settled(found, level):
    """The ends of the interval by the statistics of all resamples, or None where drawing 400 of them could give another.

    A percentile is settled where the shares of the resamples at or below its value and below it are both five standard
    errors away: beyond that lies chance with a probability of less than a millionth.
    """
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        end = found[math.ceil(share * len(found)) - 1]
        for below in ((found < end).mean(), (found <= end).mean()):
            if 0 < below < 1 and abs(share - below) <= 5 * math.sqrt(below * (1 - below) / RESAMPLES):
                return None
        ends.append(float(end))
    return ends


@pytest.mark.parametrize("statistic, data, other", [
    ("median", [3.0, 1.0, 2.0], [4.0, 6.0, 5.0]), ("maximum", [3.0, 1.0, 2.0], [0.0, 9.0, 4.0]),
    ("mean", [1.0, 5.0], [0.0, 4.0]), ("median", [1.0, 8.0, 1.0, 8.0], [5.0, 5.0, 3.0, 3.0]),
    ("median", [math.inf, 1.0, 2.0], [3.0, math.inf, math.inf]), ("maximum", [1.0, 2.0, math.inf], [math.inf, 4.0, 5.0]),
    ("median", [math.inf, 1.0, math.inf, 1.0], [5.0, 5.0, math.inf, math.inf]), ("mean", [2.5], [-1.0]),
    ("first plus sum", [0.0, 1.0], [2.0, 5.0])])
def test_bootstrap_against_all_resamples(work, statistic, data, other):
    """bootstrap_interval: the percentiles that all possible resamples have, also where some values are infinite."""
    found = [resampled(each, statistic) for each in (data, other)]
    levels = [level for level in LEVELS if all(settled(each, level) for each in found)]
    for level, shift in ((levels[0], 0.0), (levels[-1], 16.0)):
        data, other = [x + shift for x in data], [x + shift for x in other]
        wants = [settled(resampled(each, statistic), level) for each in (data, other)]
        options = {"level": level, "resamples": RESAMPLES}
        arrays = [np.array(data), np.array(other)]
        got, after, *_ = work.run(probes.intervals, statistic, arrays, seed=3, **options)
        given = {"values": data, "statistic": statistic, **options}
        expect(got, equals=wants, given=given, note=f"the intervals of these values and of {other}")
        expect(after, equals=arrays, given=given, note="the values afterwards")


def test_bootstrap_covers(work):
    """bootstrap_interval: an interval of level 0.5 holds the true mean in about half of the cases."""
    numbers = np.random.default_rng(5)
    truths = numbers.integers(-800, 801, size=100) / 8  # so far apart that no interval holds many of them
    collections = [truth + numbers.normal(size=30) for truth in truths]
    options = {"level": 0.5, "resamples": 100}
    got, *_ = work.run(probes.intervals, "mean", collections, seed=6, **options)
    held = sum(low <= truth <= high for (low, high), truth in zip(got, truths))
    # The standard error of the share is √(0.25/100) = 5 %, and five of them are allowed.
    expect_true(25 <= held <= 75, got=held, want="25 to 75 of 100 intervals with the true mean in them",
                given={"values": "30 normal numbers each, 100 times", "statistic": "mean", **options})


def test_bootstrap_draws(work):
    """bootstrap_interval: resamples of as many values as there are runs, all drawn from `generator` and from nothing else."""
    for count in (5, 7):
        data, options = np.arange(1.0, count + 1), {"level": 0.8, "resamples": 60}
        shapes, calls, seen = work.run(probes.sizes, data, **options)
        given = {"values": data, **options}
        expect(shapes, equals=[(count,)], given=given, note="the shapes of the arrays that the statistic was given")
        expect_true(calls >= 60, got=calls, want="60 resamples or more", given=given, note="the calls of the statistic")
        expect(seen, equals=data.tolist(), given=given, note="the values that came in them")
    data = np.random.default_rng(8).normal(size=40)
    runs = [work.run(probes.intervals, "mean", [data, data], seed=seed, **options) for seed in (1, 1, 2)]
    (one, *_, untouched, used), (again, *_), (other, *_) = runs
    given = {"values": data, "statistic": "mean", **options}
    expect_true(untouched, got="they are others", want="the global random numbers are as they were", given=given)
    expect_true(used, got="the generator is as it was", want="numbers drawn from it", given=given)
    expect_true(one == again, got="another interval", want="the same from a generator with the same seed", given=given)
    expect_true(one != other, got="the same interval", want="another from a generator with another seed", given=given)
    expect_true(one[0] != one[1], got="the same interval twice", want="new draws in the second call", given=given)


costs = st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0, math.inf]), st.sampled_from([1.0, 2.0, 3.0, math.inf])), max_size=12)


@few
@given(costs, st.integers(1, 9))
def test_sign_test(work, pairs, more):
    """sign_test: the exact two-sided p-value; ties are left out, and an infinite cost loses against a finite one."""
    for each in (pairs, [*pairs, *[(1.0, 5.0)] * more]):
        first, second = np.array([a for a, _ in each], dtype=float), np.array([b for _, b in each], dtype=float)
        wins, losses = sum(a < b for a, b in each), sum(a > b for a, b in each)
        want = float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0
        for one, two in ((first, second), (second, first)):
            expect(work.sign_test(one, two), equals=want, given={"first": one, "second": two})


@few
@given(st.integers(1, 6), st.integers(1, 6))
def test_sign_test_refuses(work, length, more):
    """sign_test: other lengths and a NaN raise ValueError; two methods without a difference have 1.0."""
    ones = np.ones(length)
    for longer in (length + more, length + more + 1):
        for first, second in ((ones, np.ones(longer)), (np.ones(longer), ones)):
            with expect_raises(ValueError, given={"first": first, "second": second}):
                work.sign_test(first, second)
    for place in {0, length - 1}:
        bad = ones.copy()
        bad[place] = math.nan
        for first, second in ((bad, ones), (ones, bad), (bad, bad)):
            with expect_raises(ValueError, given={"first": first, "second": second}):
                work.sign_test(first, second)
    for gap, want in ((0.0, 1.0), (1.0, min(1.0, 2.0 * 0.5 ** length))):
        expect(work.sign_test(ones, ones + gap), equals=want, given={"first": ones, "second": ones + gap})
