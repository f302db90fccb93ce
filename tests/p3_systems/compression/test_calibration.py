"""Calibration: the range of an activation, from batches that pass by."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.compression import probes_calibration as probes
from tests.strategies import seeds, shapes, values

KINDS = ["MinMax", "MovingAverage", "Histogram"]
LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}


def batches(seed, count, *, low=-3, high=3, shape=(2, 3), dtype=torch.float32):
    return [torch.tensor(values(shape, seed + 10_000 * i, low=low, high=high)).to(dtype) for i in range(count)]


def listed(given_batches):
    return {f"batch {number}": each for number, each in enumerate(given_batches, 1)}


@given(seeds, st.integers(1, 4), shapes(max_dims=3, min_side=0), st.sampled_from([(-3, 3), (1, 3), (-3, -1)]))
def test_min_max(work, seed, count, shape, ends):
    """MinMax: the smallest and the largest value of all batches, of any shape, also where 0 is not between them."""
    seen = [torch.tensor([2.0]), *batches(seed, count, low=ends[0], high=ends[1], shape=shape)]
    row = [each for batch in seen for each in batch.flatten().tolist()]
    got, after = work.run(probes.observed, "MinMax", seen)
    expect(got, equals=(min(row), max(row)), given=listed(seen))
    expect(after, equals=seen, given=listed(seen), note="the batches afterwards")


def averages(seen, momentum):
    ends = None
    for batch in seen:
        row = batch.flatten().tolist()
        if row and ends is None:
            ends = (min(row), max(row))
        elif row:
            ends = tuple(momentum * old + (1 - momentum) * new for old, new in zip(ends, (min(row), max(row))))
    return ends


@given(seeds, st.integers(1, 4), st.sampled_from([0.0, 0.5, 0.75, 0.9]))
def test_moving_average(work, seed, count, momentum):
    """MovingAverage: the first batch's ends as they are, then the momentum's share of the old and the rest of the new."""
    seen = batches(seed, count)
    seen.insert(seed % (count + 1), torch.zeros(0, 2))
    got, _ = work.run(probes.observed, "MovingAverage", seen, momentum=momentum)
    expect(got, equals=averages(seen, momentum), given=listed(seen) | {"momentum": momentum}, rtol=1e-6, atol=1e-6)  # float32 will do


@pytest.mark.parametrize("kind", KINDS)
def test_two_observers(work, kind):
    """Two observers know nothing of each other, and a range may be asked for while batches come."""
    options = {"Histogram": {"bins": 64, "width": 0.125}}.get(kind, {})
    for seed in (1, 2):
        first, second = batches(seed, 3), batches(seed + 5, 3, low=-1, high=1)
        early, *got = work.run(probes.two, kind, first, second, **options)
        want = []
        for seen in (first[:1], first, second):
            row = [each for batch in seen for each in batch.flatten().tolist()]
            if kind == "MovingAverage":
                want.append(averages(seen, 0.9))
            elif kind == "MinMax":
                want.append((min(row), max(row)))
            else:  # eighths lie on edges: the bin of the largest begins there
                want.append((min(row), max(row) + 0.125))
        given = listed(first) | {f"{name} of the other": each for name, each in listed(second).items()}
        for number, (one, other) in enumerate(zip([early, *got], want)):
            expect(one, equals=other, given=given, rtol=1e-6, atol=1e-6,
                   note=["the first one's range after a batch", "the first one's range", "the other's range"][number])


def histogram_of(row, bins, width):
    """The counts and the width, value by value. Edges are powers of 2 times integers, so nothing here is rounded."""
    while any(not -bins // 2 * width <= each < bins // 2 * width for each in row):
        width *= 2
    counts = [0] * bins
    for each in row:
        counts[math.floor(each / width) + bins // 2] += 1
    return torch.tensor(counts), width


def check_histogram(work, seen, bins, width):
    want = [histogram_of([each for batch in seen[:count] for each in batch.double().flatten().tolist()], bins, width)
            for count in range(1, len(seen) + 1)]
    got = work.run(probes.counted, seen, bins=bins, width=width)
    given = listed(seen) | {"bins": bins, "width": width}
    for number, (one, other) in enumerate(zip(got, want), 1):
        expect(one[1], equals=other[1], given=given, note=f"the width after batch {number}")
        expect(one[0], equals=other[0], given=given, note=f"the counts after batch {number}")


@given(seeds, st.integers(1, 3), st.sampled_from([4, 8, 20]), shapes(max_dims=2, min_side=0))
def test_counts(work, seed, count, bins, shape):
    """Histogram: how many values lie from a bin's lower edge on and below its upper one, where all of them lie inside."""
    check_histogram(work, batches(seed, count, low=-2, high=1, shape=shape), bins, 8 / bins if bins != 20 else 0.25)


@given(seeds, st.sampled_from([4, 8, 16]), st.lists(st.sampled_from([1, 0.125, 4, 64, 1000]), min_size=1, max_size=4))
def test_growth(work, seed, bins, sizes):
    """Histogram: where a value lies outside, the width is doubled as often as it takes, and pairs of bins become one."""
    seen = [batch * size for batch, size in zip(batches(seed, len(sizes)), sizes)]
    check_histogram(work, seen, bins, 0.125)


def test_edges(work):
    """Histogram: a value on an edge belongs to the bin above it, at the ends of all bins too; any order gives the same counts."""
    for seen in ([[-2.0], [2.0], [-4.0], [4.0]], [[1.999], [-2.001]], [[-0.0, 0.0], [-1e-30, 1e-30]], [[1e30], [0.1], [-0.1]],
                 [[0.5], [-8.0]], [[0.3, -0.3], [7.999, -8.0]], [[3e38], [-3e38]]):
        seen = [torch.tensor(each) for each in seen]
        check_histogram(work, seen, 8, 0.5)
        check_histogram(work, seen[::-1], 8, 0.5)
    for dtype in (torch.float16, torch.float64):  # 1/3 in float64 is just below the edge to which float32 would round it
        for row in ([0.1, 0.2, 60_000.0], [0.5 - 2.0**-40, -2.0**-40, 2.0**-40]):
            check_histogram(work, [torch.tensor(row, dtype=dtype)], 8, 0.5)


def test_memory(work):
    """Histogram: what it keeps does not grow, however many values come and however large they are."""
    for seed in (3, 4):
        seen = [batch * 4.0**number for number, batch in enumerate(batches(seed, 10, shape=(40,)))]
        most = work.run(probes.memory, seen, bins=8, width=0.125)
        expect_true(most <= 8, got=most, want="8 at most", given={"bins": 8, "batches": 10, "values in each": 40},
                    note="the most numbers that one of its attributes holds")
        check_histogram(work, seen, 8, 0.125)


def narrowest(counts, width, tail):
    """The range by the definition: every edge is tried."""
    bins, counts = len(counts), counts.tolist()
    low = max(edge for edge in range(bins + 1) if sum(counts[:edge]) <= tail * sum(counts))
    high = min(edge for edge in range(bins + 1) if sum(counts[edge:]) <= tail * sum(counts))
    return (low - bins // 2) * width, (high - bins // 2) * width


@settings(max_examples=40)
@given(seeds, st.sampled_from([8, 16, 1, 3, 5, 32]), st.sampled_from([0.0, 0.0625, 0.125, 0.25, 0.375, 0.4375]), st.sampled_from([(-3, 3), (0, 3), (1, 2)]))
def test_percentile(work, seed, count, tail, ends):
    """percentile_range: from the largest edge with at most tail * n values below to the smallest with as many above."""
    row = [float(each) for each in values((count,), seed, low=ends[0], high=ends[1])]
    counts, width = histogram_of(row, 16, 0.5)
    for each in (counts, counts.flip(0)):  # who remembers a range has the second one wrong
        got, *after = work.run(probes.chosen, each, width, "percentile_range", tail)
        given = {"counts": each, "width": width, "tail": tail}
        expect(got, equals=narrowest(each, width, tail), given=given)
        expect(after, equals=[each, width], given=given, note="the histogram afterwards")


@given(seeds, st.integers(1, 6), st.sampled_from([0.25, 2.0]))
def test_range_of_a_histogram(work, seed, count, width):
    """Histogram.range: from the lower edge of the first bin that holds a value to the upper edge of the last."""
    counts, _ = histogram_of([float(each) for each in values((count,), seed)], 32, 0.25)
    for each in (counts, counts.flip(0)):
        got, *_ = work.run(probes.chosen, each, width, "range")
        expect(got, equals=narrowest(each, width, 0.0), given={"counts": each, "width": width})


def cost_of(centres, counts, low, high, dtype):
    """The sum of squared errors with NumPy in float64, but for the scale, which is of float32."""
    smallest, largest = LIMITS[dtype]
    low, high = min(low, 0.0), max(high, 0.0)
    scale = float(np.float32((high - low) / 255))
    scale = scale if scale > 0 else 1.0
    zero = np.clip(np.round(smallest - low / scale), smallest, largest)
    codes = np.clip(np.round(centres / scale) + zero, smallest, largest)
    return float(np.sum(counts * (centres - scale * (codes - zero)) ** 2))


def rows_with_outliers(seed):
    """Rows of numbers for which the best candidate is somewhere in the middle, or an end."""
    draw = np.random.default_rng(seed)
    normal = draw.normal(0, 1, 3000)
    return {"normal": normal, "outliers": np.concatenate([normal, [60.0, -25.0]]), "relu": np.maximum(np.append(normal, 25.0), 0),
            "uniform": draw.uniform(-2, 1, 500), "far from 0": draw.uniform(5, 6, 300), "one value": np.full(5, -3.0),
            "zeros": np.zeros(4)}


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
@pytest.mark.parametrize("form", list(rows_with_outliers(0)))
def test_squared_error(work, dtype, form):
    """mse_range: of the candidates the one with the smallest sum of squared errors, the widest where several have it."""
    for seed, candidates in ((1, 25), (2, 8), (3, 1)):
        row = [float(each) for each in rows_with_outliers(seed)[form].astype(np.float32)]
        counts, width = histogram_of(row, 256, 2.0**-4)
        full, filled = counts, counts.nonzero().flatten().numpy()
        ends = (int(filled[0]) - 128) * width, (int(filled[-1]) - 127) * width
        centres, counts = (filled - 127.5) * width, counts.numpy()[filled]
        costs = {k: cost_of(centres, counts, ends[0] * k / candidates, ends[1] * k / candidates, dtype)
                 for k in range(candidates, 0, -1)}
        best = min(costs.values())
        # What float32 rounds in a candidate's cost: the error of a value is known to 1e-7 of the range's width.
        slack = best * 1e-4 + len(row) * ((ends[1] - ends[0]) * 1e-7) ** 2
        (low, high), _, _ = work.run(probes.chosen, full, width, "mse_range", dtype=dtype, candidates=candidates)
        given = {"values": form, "how many": len(row), "range of the histogram": ends, "candidates": candidates, "dtype": dtype}
        k = next((k for k in costs if math.isclose(low, ends[0] * k / candidates, rel_tol=1e-6, abs_tol=1e-9)
                  and math.isclose(high, ends[1] * k / candidates, rel_tol=1e-6, abs_tol=1e-9)), None)
        expect_true(k is not None, got=(low, high), want="one of the candidates", given=given)
        right = next(k for k in costs if costs[k] <= best + slack)
        if costs[k] > best + slack or (best == 0 and k != right):
            expect((low, high), equals=(ends[0] * right / candidates, ends[1] * right / candidates), given=given)


@supporting
@pytest.mark.parametrize("what", ["NaN", "infinity", "nothing seen"])
@pytest.mark.parametrize("kind", KINDS)
def test_refuses(work, kind, what):
    """ValueError: for a batch with NaN or infinity, which changes nothing; for a range where nothing was seen."""
    batch = torch.tensor([0.25, -1.0, 3.0])
    if what == "nothing seen":
        with expect_raises(ValueError, given={"observer": kind, "batches": "one without elements"}):
            work.run(probes.nothing_seen, kind)
    bad_ones = {"NaN": ([math.nan], [9.0, math.nan, -9.0]), "infinity": ([1.0, math.inf], [-math.inf, 9.0])}
    for bad in bad_ones.get(what, ()):
        error, before, after = work.run(probes.refused, kind, batch, torch.tensor(bad))
        given = {"observer": kind, "first": batch, "then": torch.tensor(bad)}
        expect(error, equals="ValueError", given=given, note="the error that came")
        expect(after, equals=before, given=given, note="the range afterwards")


@supporting
@pytest.mark.parametrize("what", ["momentum", "bins", "width", "tail", "candidates", "nothing seen"])
def test_refuses_settings(work, what):
    """ValueError: for settings that are none, and for functions of a histogram that has seen nothing."""
    for momentum in (-0.1, 1.0, 1.5, math.nan) if what == "momentum" else ():
        with expect_raises(ValueError, given={"momentum": momentum}):
            work.MovingAverage(momentum=momentum)
    settings_of = {"bins": ((0, 1.0), (6, 1.0), (2, 1.0), (-4, 1.0)), "width": ((8, 0.0), (8, -1.0), (8, math.nan))}
    for bins, width in settings_of.get(what, ()):
        with expect_raises(ValueError, given={"bins": bins, "width": width}):
            work.Histogram(bins=bins, width=width)
    counts = torch.tensor([0, 1, 2, 1, 0, 0, 3, 0])
    for tail in (-0.1, 0.5, 0.7, math.nan) if what == "tail" else ():
        with expect_raises(ValueError, given={"tail": tail}):
            work.run(probes.chosen, counts, 0.5, "percentile_range", tail)
    for candidates in (0, -1) if what == "candidates" else ():
        with expect_raises(ValueError, given={"candidates": candidates}):
            work.run(probes.chosen, counts, 0.5, "mse_range", candidates=candidates)
    for function, arguments in (("percentile_range", (0.1,)), ("mse_range", ())) if what == "nothing seen" else ():
        with expect_raises(ValueError, given={"function": function, "counts": counts * 0}):
            work.run(probes.chosen, counts * 0, 0.5, function, *arguments)
