"""Large enough to matter: a shift in standard deviations, its p-value for values that depend on each other, and alarms."""
import math
from statistics import NormalDist, fmean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_effect_size as probes
from tests.strategies import seeds, values

INF, NAN = float("inf"), float("nan")
P_VALUE = {"rtol": 1e-6, "atol": 1e-300}  # a p-value of 1e-200 has a z of 30, whose rounding it multiplies


def size_of(x):
    """The effective size, value by value in Python's floats."""
    x = [float(each) for each in x]
    if len(set(x)) == 1:
        return float(len(x))
    mean = math.fsum(x) / len(x)
    around = [each - mean for each in x]
    r = math.fsum(a * b for a, b in zip(around, around[1:])) / math.fsum(a * a for a in around)
    r = max(r, 0.0)
    return max(1.0, len(x) * (1 - r) / (1 + r))


def shift_of(reference, window):
    reference, window = [[float(each) for each in sample] for sample in (reference, window)]
    d = (fmean(window) - fmean(reference)) / stdev(reference)
    f = size_of(reference) / len(reference)
    z = d / math.sqrt(1 / (f * len(reference)) + 1 / (f * len(window)))
    return d, float(2 * stats.norm.sf(abs(z)))


def alarms_of(stream, *, tuned, reference, window, step, level, smallest):
    found, start = [], tuned + reference
    while start + window <= len(stream):
        d, p = shift_of(stream[tuned:tuned + reference], stream[start:start + window])
        if p <= level and abs(d) >= smallest:
            found.append(start)
        start += step
    return found


def correlated(count, n, r, seed):
    """AR(1) streams with standard deviation 1, from their stationary distribution: (count, n)."""
    x = np.random.default_rng(seed).normal(size=(n, count))
    x[1:] *= math.sqrt(1 - r * r)
    for t in range(1, n):
        x[t] += r * x[t - 1]
    return np.ascontiguousarray(x.T)


@given(n=st.integers(1, 9), seed=seeds, cumulated=st.booleans())
def test_effective_size(work, n, seed, cumulated):
    """effective_size: n (1 - r) / (1 + r), n where r is negative, and 1 at least."""
    x = values((n,), seed)
    x = x.cumsum() if cumulated else x
    expect(work.effective_size(x), equals=size_of(x), given={"x": x.copy()})


@pytest.mark.parametrize("x", [
    [3.0], [2.0, 2.0, 2.0], [0.1, 0.1, 0.1], [1.0, 2.0], list(range(1, 60)), [0.0] * 40 + [1.0] * 40, [1.0, -1.0] * 5, [0.0, 0.0, 0.0, 1.0],
    [1e9 + 1, 1e9 + 2, 1e9 + 2, 1e9 + 4, 1e9 + 3], [1e-9, 3e-9, 2e-9, 4e-9],
    [round(8 * math.sin(t * math.pi / 50)) / 8 for t in range(101)]])
def test_effective_size_by_hand(work, x):
    """effective_size: one value, equal values, trends, a jump, a slow wave, and a large mean."""
    for stream in (np.array(x, dtype=float), np.arange(len(x)) % 2 + 0.5, np.arange(len(x)) ** 2.0):
        expect(work.effective_size(stream), equals=size_of(stream), given={"x": stream.copy()})


@given(n=st.integers(2, 9), m=st.integers(1, 6), seed=seeds, cumulated=st.booleans(), moved=st.sampled_from([0, 1, -2, 4]))
def test_mean_shift(work, n, m, seed, cumulated, moved):
    """mean_shift: the difference of the means in the reference's standard deviations, and p from the effective sizes."""
    x, w = values((n,), seed), values((m,), seed + 1) + moved
    x = x.cumsum() if cumulated else x
    x[0] += x[-1] == x[0]  # they are not all equal
    d, p = shift_of(x, w)
    given = {"reference": x.copy(), "window": w.copy()}
    got = work.mean_shift(x, w)
    expect(got[0], equals=d, given=given, note="d")
    expect(got[1], equals=p, given=given, note="p", **P_VALUE)


@pytest.mark.parametrize("n, m, shift, r", [(200_000, 200_000, 0.02, 0), (2000, 50, 0.4, 0.7), (3000, 1500, -1.5, 0), (3000, 1500, -1.0, 0.3), (500, 1, 3, 0)])
def test_mean_shift_of_long_streams(work, n, m, shift, r):
    """mean_shift: long streams, with tiny p-values, and with values that depend on those before them."""
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        x, w = (correlated(1, size, r, seed + size)[0] if r else random.normal(size=size) for size in (n, m))
        w = w + shift
        around = x - x.mean()
        rho = max(0.0, float((around[1:] * around[:-1]).sum() / (around ** 2).sum()))
        d = (w.mean() - x.mean()) / np.std(x, ddof=1)
        p = float(2 * stats.norm.sf(abs(d) / math.sqrt((1 / n + 1 / m) * (1 + rho) / (1 - rho))))
        given = {"n": n, "m": m, "shift": shift, "correlation": r, "seed": seed}
        got = work.mean_shift(x, w)
        expect(got[0], equals=float(d), given=given, note="d", rtol=1e-6)
        expect(got[1], equals=p, given=given, note="p", rtol=1e-4, atol=1e-300)


@supporting  # it looks at a share of many p-values, which a remembered one may have too
@pytest.mark.parametrize("r", [0.0, 0.5, 0.8])
def test_false_alarms_of_correlated_streams(work, r):
    """Where nothing changes about 5 of 100 p-values are at most 0.05, also for values that depend on those before them."""
    streams = correlated(300, 600, r, seed=4)
    p = work.run(probes.p_values, streams, 400)
    share, low, high = float((p <= 0.05).mean()), 0.015, 0.11
    expect_true(low <= share <= high, got=share, want=f"from {low} to {high}", note="the share of p-values of at most 0.05",
                given={"streams": 300, "reference": 400, "window": 200, "correlation": r})


def watched(work, stream, **named):
    expect(list(work.watch(stream, **named)), equals=alarms_of(stream, **named), given={"stream": stream.copy(), **named})


NAMES = {"tuned": 3, "reference": 8, "window": 4, "step": 4, "level": 0.05, "smallest": 0.5}


@given(seed=seeds, length=st.integers(11, 40), tuned=st.integers(0, 3), reference=st.integers(4, 8), window=st.integers(1, 5),
       step=st.integers(1, 6))
def test_watch_windows(work, seed, length, tuned, reference, window, step):
    """watch: whole windows only, the first one right after the reference, and the next one each `step` values later."""
    stream = np.random.default_rng(seed).normal(size=length) + np.where(np.arange(length) < tuned + reference, 0, 2)
    watched(work, stream, tuned=tuned, reference=reference, window=window, step=step, level=0.2, smallest=0.3)


def test_watch_reference(work):
    """watch: what the monitor was tuned on is in no reference and in no window."""
    for seed in range(6):
        random = np.random.default_rng(seed)
        stream = np.concatenate([random.normal(0, 0.2, 30), random.normal(1.0, 1, 60), random.normal(1.0 + seed % 2, 1, 60)])
        for tuned in (30, 0, 12):
            watched(work, stream, tuned=tuned, reference=60, window=20, step=10, level=0.02, smallest=0.2)


@pytest.mark.parametrize("level, smallest", [(0.05, 1.2), (0.05, 0.0), (1.0, 0.5), (0.05, 0.5), (0.0, 0.0), (1.0, 0.0), (1e-6, 0.05)])
def test_watch_asks_both(work, level, smallest):
    """watch: an alarm takes a p-value at the level or below and a shift of the smallest size or more, up or down."""
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        stream = random.normal(size=400)
        stream[120:200] += 1.3
        stream[200:280] -= 0.8
        stream[280:] += 0.25
        watched(work, stream, tuned=10, reference=90, window=15, step=7, level=level, smallest=smallest)
    # Just at both bounds: d is 1, and p the level.
    stream = np.array([0.0, 2.0, 0.0, 2.0, 0.0, 2.0, 1.0, 3.0, 3.0, -3.0])
    d, p = shift_of(stream[:6], stream[6:8])
    watched(work, stream, tuned=0, reference=6, window=2, step=2, level=p * (1 + 1e-9), smallest=d * (1 - 1e-9))
    watched(work, stream, tuned=0, reference=6, window=2, step=2, level=p * (1 - 1e-6), smallest=0.0)


@pytest.mark.parametrize("change", [{"tuned": -1}, {"tuned": -35}, {"reference": 0}, {"window": 0}, {"step": 0}, {"step": -1}, {"tuned": 35},
                                    {"reference": 38}, {"window": -2}])
def test_watch_refuses(work, change):
    """watch: sizes that make no sense, and a stream that ends before its reference does, raise ValueError."""
    stream = np.random.default_rng(5).normal(size=40) + np.arange(40) / 8
    for tuned in (3, 2):
        watched(work, stream, **{**NAMES, "tuned": tuned})
    watched(work, stream[:11], **NAMES)  # a reference, and no window
    with expect_raises(ValueError, given={"stream": stream.copy(), **NAMES, **change}):
        work.watch(stream, **{**NAMES, **change})


@pytest.mark.parametrize("reference, window", [([], [1.0]), ([1.0, 2.0], []), ([3.0, 3.0, 3.0], [1.0]), ([3.0], [1.0]), ([1.0, NAN], [1.0]),
                                               ([1.0, 2.0], [INF]), ([1.0, -INF], [1.0]), ([1.0, 2.0], [NAN, 1.0])])
def test_refuses(work, reference, window):
    """A sample that is empty or not finite, and a reference that does not vary, raise ValueError."""
    reference, window = np.array(reference, dtype=float), np.array(window, dtype=float)
    for other in ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [4.0, 1.0, 3.0, 1.0, 4.0, 0.0]):
        expect(work.effective_size(np.array(other)), equals=size_of(other), given={"x": np.array(other)})
    with expect_raises(ValueError, given={"reference": reference.copy(), "window": window.copy()}):
        work.mean_shift(reference, window)
    for x in (reference, window):
        if not len(x) or not np.isfinite(x).all():
            with expect_raises(ValueError, given={"x": x.copy()}):
                work.effective_size(x)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arguments(work, dtype):
    """Streams may be views and of any float dtype, computed in float64; they are not changed."""
    streams = [(values((40,), seed) / 3 + 1000 + np.where(np.arange(40) < 20, 0, 1.5)).astype(dtype) for seed in (1, 2)]
    named = {**NAMES, "level": 0.5}
    want = [[size_of(x), *shift_of(x[:20], x[20:]), alarms_of(x, **named)] for x in streams]
    got, after = work.run(probes.results, streams, **named)
    given = {"stream": streams[0].copy(), **named}
    expect(got, equals=want, given=given, note="effective_size, d, p and the alarms of two streams", rtol=1e-6)
    expect(after, equals=streams, given=given, note="the streams afterwards")


def test_normal_tail(work):
    """mean_shift: with a window as large as it takes, p is the two tails of the normal distribution beyond z."""
    reference = np.array([-1.0, 1.0] * 8)  # r is negative, so all values count
    for z in (0.5, 1.0, 1.96, 8.0):
        scale = math.sqrt(1 / 16 + 1 / 4) * stdev(reference.tolist())
        window = np.full(4, z * scale)
        want = float(2 * (1 - NormalDist().cdf(z))) if z < 3 else float(2 * stats.norm.sf(z))
        expect(work.mean_shift(reference, window)[1], equals=want, given={"reference": reference.copy(), "window": window.copy()}, **P_VALUE)
