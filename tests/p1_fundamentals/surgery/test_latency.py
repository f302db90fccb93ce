"""What it costs in time: interleaved turns, a median with its quartiles, a ratio with an interval."""
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, supporting
from tests.p1_fundamentals.surgery import probes_latency as probes
from tests.strategies import seeds, values

NAMES = ["small", "large", "pruned", "whole"]
TICK = 0.125  # what a reading of the clock takes; all times are multiples of 1/16, so that their sums are exact


@st.composite
def rounds(draw):
    """(number of functions, repeats, warmup, seed)."""
    return draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(0, 3)), draw(seeds)


def durations(count, calls, seed):
    """How long each call takes: the first two ten times as long, and one in seven by far too long."""
    drawn = values((count, calls), seed, low=1, high=9)                   # (functions, calls)
    drawn[:, :2] *= 10
    drawn[np.random.default_rng(seed).integers(7, size=drawn.shape) == 0] += 1000
    return {name: row.tolist() for name, row in zip(NAMES, drawn)}


def wanted(durations, pace, repeats, warmup):
    """The times and the order of the calls after the warm-up, by the contract."""
    names = list(durations)
    times, order = {name: [] for name in names}, []
    for turn in range(repeats):
        for step in range(len(names)):
            name = names[(turn + step) % len(names)]
            factor = pace[min(warmup * len(names) + len(order), len(pace) - 1)]
            times[name].append(durations[name][warmup + turn] * factor + TICK)
            order.append(name)
    return times, order


def by_rounds(calls, count):
    """A text for each round, so that a whole round is compared and shown."""
    return [" ".join(calls[start:start + count]) for start in range(0, len(calls), count)]


@given(rounds())
def test_measure_times(work, case):
    """measure: for each function the time of each of its calls after the warm-up, from one reading of the clock to the next."""
    count, repeats, warmup, seed = case
    takes = durations(count, warmup + repeats, seed)
    want, _ = wanted(takes, [1.0], repeats, warmup)
    got, *_, readings = work.run(probes.measured, takes, [1.0], TICK, repeats, warmup)
    given = {"repeats": repeats, "warmup": warmup, "how long each call takes": takes, "a reading of the clock takes": TICK}
    expect(list(got), equals=list(want), given=given, note="the names of the functions")
    expect(list(got.values()), equals=list(want.values()), given=given, note="the times, function by function")
    expect(readings, equals=2 * count * repeats, given=given, note="how often the clock was read")


@pytest.mark.parametrize("count, repeats, warmup", [(3, 4, 0), (3, 7, 2), (2, 3, 1), (1, 3, 2), (4, 2, 1), (4, 9, 0)])
def test_measure_in_turns(work, count, repeats, warmup):
    """measure: each round calls each function once and begins one further on, so that a drift meets all alike."""
    pace = [1.0 + number / 2 for number in range(60)]
    for seed in (1, 11):
        takes = durations(count, warmup + repeats, seed)
        want, order = wanted(takes, pace, repeats, warmup)
        got, log, *_ = work.run(probes.measured, takes, pace, TICK, repeats, warmup)
        given = {"functions": list(takes), "repeats": repeats, "warmup": warmup}
        before = warmup * count
        note = "the calls of the warm-up, sorted"
        expect(sorted(log[:before]), equals=sorted(list(takes) * warmup), given=given, note=note)
        expect(by_rounds(log[before:], count), equals=by_rounds(order, count), given=given, note="the calls after the warm-up")
        given |= {"how long each call takes": takes, "and with it": "half as much again with each call of any function"}
        expect(list(got.values()), equals=list(want.values()), given=given, note="the times, function by function")


@supporting
def test_measure_keeps_nothing(work):
    """measure: what a function returns is let go before the next call; what it raises goes on to the caller."""
    takes = durations(3, 6, seed=2)
    _, _, kept, _ = work.run(probes.measured, takes, [1.0], TICK, 4, 2)
    expect(kept, equals=0, given={"functions": 3, "repeats": 4, "warmup": 2},
           note="the largest number of earlier results that were still there when a function was called")
    for at in (2, 5):
        expect(work.run(probes.failing, at), equals=["ZeroDivisionError", at], note="the error, and the number of calls",
               given={"functions": 2, "repeats": 2, "warmup": 1, "a function": f"raises ZeroDivisionError at call {at}"})


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_spread(work, eighths):
    """spread: the lower quartile, the median and the upper quartile, whatever the order of the times."""
    times = [number / 8 for number in eighths]
    want = np.quantile(times, [0.25, 0.5, 0.75]).tolist()
    got, (after,) = work.run(probes.called, "spread", [times], {})
    expect(got, equals=want, given={"times": times})
    expect(after, equals=times, given={"times": times}, note="the times afterwards")


def interval(ratios, confidence):
    """(low, high) by the definition, in fractions: the largest k with which the interval is sure enough; None if none is."""
    count, found, ordered, outside = len(ratios), None, sorted(ratios), 0
    for k in range(1, count // 2 + 1):
        outside += 2 * math.comb(count, k - 1)                            # of 2 ** count ways
        if 1 - Fraction(outside, 2 ** count) < Fraction(confidence):
            break
        found = ordered[k - 1], ordered[-k]
    return found


@st.composite
def pairs(draw):
    """(times, baseline) of 6 to 40 rounds that share a drift and have outliers of their own."""
    count, seed = draw(st.integers(6, 40)), draw(seeds)
    drift = 1 + np.arange(count) / 4
    both = values((2, count), seed, low=1, high=5) * drift                # (two functions, rounds)
    both[np.random.default_rng(seed).integers(9, size=both.shape) == 0] *= 50
    return both[0].tolist(), both[1].tolist()


@given(pairs())
def test_ratio(work, times):
    """ratio: the median of the ratios that the two have round by round."""
    one, other = times
    want = float(np.median(np.divide(one, other)))
    got = work.ratio(one, other)
    given = {"times": one, "baseline": other}
    expect(len(got), equals=3, given=given, note="the number of results")
    expect(got[0], equals=want, given=given, note="the first of the three, the median")


@given(pairs(), st.sampled_from([0.6, 0.8, 0.9, 0.95, 0.95]))
def test_interval(work, times, confidence):
    """ratio: the interval from the k-th smallest to the k-th largest ratio, no wider than the confidence asks for."""
    one, other = times
    want = interval(np.divide(one, other).tolist(), confidence)
    (_, *got), after = work.run(probes.called, "ratio", times, {"confidence": confidence})
    given = {"times": one, "baseline": other, "confidence": confidence}
    expect(got, equals=list(want), given=given, note="the low and the high end")
    expect(after, equals=[one, other], given=given, note="times and baseline afterwards")


# With 2 and 6 rounds these are the probabilities themselves.
@pytest.mark.parametrize("count, confidence", [(6, 0.95), (8, 0.99), (60, 0.95), (3, 0.7), (200, 0.99), (200, 0.95),
                                               (2, 0.5), (6, 0.96875)])
def test_interval_of_many_and_of_few(work, count, confidence):
    """ratio: the k-th values for a few rounds and for many; 95 % where nothing else is asked for."""
    for seed in (3, 13):
        one, other = values((2, count), seed, low=1, high=90)             # (two functions, rounds)
        options = {} if confidence == 0.95 else {"confidence": confidence}
        want = interval((one / other).tolist(), confidence)
        got = work.ratio(one.tolist(), other.tolist(), **options)
        given = {"rounds": count, **options, "ratios, sorted": np.sort(one / other)}
        expect(got[1:], equals=list(want), given=given, note="the low and the high end")


@pytest.mark.parametrize("count, confidence", [(4, 0.95), (5, 0.95), (2, 0.6), (7, 0.99), (0, 0.95)])
def test_refuses_what_is_too_little(work, count, confidence):
    """ratio: ValueError where the rounds are too few for any interval, and an interval where they are enough."""
    for seed in (4, 14):
        enough = values((2, 9), seed, low=1, high=90)
        ratios = (enough[0] / enough[1]).tolist()
        want = [float(np.median(ratios)), *interval(ratios, confidence)]
        expect(work.ratio(*enough.tolist(), confidence=confidence), equals=want, given={"rounds": 9, "confidence": confidence})
    one, other = values((2, count), 5, low=1, high=90).tolist()
    with expect_raises(ValueError, given={"rounds": count, "confidence": confidence}):
        work.ratio(one, other, confidence=confidence)


@supporting
def test_refuses_other_lengths(work):
    """ratio: ValueError where the two have different lengths."""
    for first, second in ((9, 8), (7, 9)):
        with expect_raises(ValueError, given={"times": f"of {first} rounds", "baseline": f"of {second} rounds"}):
            work.ratio([1.5] * first, [0.5] * second, confidence=0.6)
