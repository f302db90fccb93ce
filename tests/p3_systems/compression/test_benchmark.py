"""Measure a model honestly: a warm-up, turns that alternate, what was queued waited for, and p95 beside p50."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.compression import probes_benchmark as probes
from tests.strategies import seeds, values

NAMES = ["float", "int8", "pruned", "onnx"]


def durations(count, calls, seed):
    """{name: (wall, cpu) of each call}; the first two calls take ten times as long, and one in seven far too long."""
    wall = values((count, calls), seed, low=1, high=9)                    # (functions, calls), multiples of 1/8 or so
    wall = np.round(wall * 16) / 16
    wall[:, :2] *= 10
    wall[np.random.default_rng(seed).integers(7, size=wall.shape) == 0] += 1000
    cpu = np.round(values((count, calls), seed + 1, low=1, high=9) * 16) / 16
    return {name: (one.tolist(), other.tolist()) for name, one, other in zip(NAMES, wall, cpu)}


def in_turns(names, turns):
    return [name for turn in range(turns) for name in (names[::-1] if turn % 2 else names)]


@st.composite
def rounds(draw):
    """(number of functions, turns, warm-up, seed)"""
    return draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(0, 3)), draw(seeds)


@given(rounds())
def test_times(work, case):
    """measure: each function's times on both clocks, in as many calls as there are turns, without the warm-up."""
    count, turns, warmup, seed = case
    takes = durations(count, warmup + turns, seed)
    got, _, readings = work.run(probes.measured, takes, turns, warmup)
    given = {"turns": turns, "warmup": warmup, "what each call takes (wall, cpu)": takes}
    expect(list(got), equals=list(takes), given=given, note="the names")
    for name, (wall, cpu) in takes.items():
        expect(got[name][0], equals=wall[warmup:], given=given, note=f"{name}: wall")
        expect(got[name][1], equals=cpu[warmup:], given=given, note=f"{name}: cpu")
    for clock in ("wall", "cpu"):
        expect(readings[clock], equals=2 * count * turns, given=given, note=f"how often the {clock} clock was read")


@supporting
@pytest.mark.parametrize("count, turns, warmup", [(3, 4, 0), (3, 5, 2), (2, 3, 1), (1, 3, 2), (4, 2, 1)])
def test_turns(work, count, turns, warmup):
    """measure: each turn calls each function once, and every second turn does it in the reverse order."""
    for seed in (1, 11):
        takes = durations(count, warmup + turns, seed)
        _, calls, _ = work.run(probes.measured, takes, turns, warmup)
        given = {"functions": list(takes), "turns": turns, "warmup": warmup}
        before = count * warmup
        expect(sorted(calls[:before]), equals=sorted(list(takes) * warmup), given=given, note="the calls of the warm-up, sorted")
        expect(" ".join(calls[before:]), equals=" ".join(in_turns(list(takes), turns)), given=given,
               note="the calls after the warm-up")


@pytest.mark.parametrize("warmup", [0, 2])
def test_queued_work(work, warmup):
    """measure: what a call queues on a device is in that call's time, and in no other's."""
    for seed in (2, 12):
        takes = durations(3, warmup + 4, seed)
        queues = dict(zip(NAMES, (64.0, 0.0, 16.0)))
        got, *_ = work.run(probes.measured, takes, 4, warmup, queues=queues, synchronize=True)
        given = {"turns": 4, "warmup": warmup, "what each call takes (wall, cpu)": takes,
                 "and queues on the device, in seconds": queues}
        for name, (wall, cpu) in takes.items():
            expect(got[name][0], equals=[each + queues[name] for each in wall[warmup:]], given=given, note=f"{name}: wall")
            expect(got[name][1], equals=cpu[warmup:], given=given, note=f"{name}: cpu")


@given(times=st.lists(st.integers(1, 60), min_size=1, max_size=40), hundredths=st.integers(1, 100))
def test_percentile(work, times, hundredths):
    """percentile: the smallest time with at least that share of all times less than or equal to it."""
    times = [number / 8 for number in times]
    rank = -(-hundredths * len(times) // 100)                             # rounded up, in integers
    got, after = work.run(probes.percentile, list(times), hundredths / 100)
    given = {"times": times, "share": hundredths / 100}
    expect(got, equals=sorted(times)[rank - 1], given=given)
    expect(after, equals=times, given=given, note="the times afterwards")


@pytest.mark.parametrize("count, hundredths", [(100, 7), (100, 14), (100, 28), (100, 29), (100, 55), (100, 56), (100, 57),
                                              (20, 95), (19, 95), (21, 95), (1, 1), (200, 50), (3, 100)])
def test_percentile_of_many(work, count, hundredths):
    """percentile: exactly that rank also where share * n is a rounding error away from an integer."""
    for seed in (3, 13):
        times = (1 + np.random.default_rng(seed).permutation(count)).astype(float).tolist()
        rank = -(-hundredths * count // 100)
        expect(work.percentile(times, hundredths / 100), equals=float(rank),
               given={"times": f"1.0 to {count}.0, shuffled", "share": hundredths / 100})


@given(seeds, st.integers(1, 30))
def test_summarize(work, seed, count):
    """summarize: p50 and p95 of the wall's times, and the middle one of the processor's."""
    wall, cpu = (values((count,), seed + n, low=1, high=9).tolist() for n in range(2))
    ranks = [-(-50 * count // 100), -(-95 * count // 100)]
    want = [sorted(wall)[ranks[0] - 1], sorted(wall)[ranks[1] - 1], sorted(cpu)[ranks[0] - 1]]
    got, after = work.run(probes.summary, wall, cpu)
    for name, one, other in zip(("p50", "p95", "cpu"), got, want):
        expect(one, equals=other, given={"wall": wall, "cpu": cpu}, note=name)
    expect(after, equals=[wall, cpu], given={"wall": wall, "cpu": cpu}, note="the times afterwards")


@given(seeds, st.integers(1, 9), st.integers(1, 4))
def test_speedups(work, seed, turns, count):
    """speedups: the baseline's time of the processor divided by each function's own."""
    measured = {name: values((2, turns), seed + n, low=1, high=9).tolist() for n, name in enumerate(NAMES[:count])}
    baseline = NAMES[seed % count]
    middle = {name: sorted(cpu)[-(-turns // 2) - 1] for name, (_, cpu) in measured.items()}
    want = [[name, middle[baseline] / own] for name, own in middle.items()]
    got = work.run(probes.speedups, measured, baseline)
    given = {"measured (wall, cpu)": measured, "baseline": baseline}
    expect([name for name, _ in got], equals=[name for name, _ in want], given=given, note="the names")
    for (name, one), (_, other) in zip(got, want):
        expect(one, equals=other, given=given, note=name)


@supporting
@pytest.mark.parametrize("wanted, present", [(["cuda", "cpu"], ["cpu"]), (["cpu", "cuda"], ["cpu", "cuda"]),
                                            (["cpu", "mps", "cpu", "cuda"], ["cuda", "cpu"]), (["cuda"], ["cpu"]), ([], ["cpu"])])
def test_devices(work, wanted, present):
    """choose_devices: those that are there, once and in order; of each other one it is said that it is not measured."""
    got, why = work.choose_devices(list(wanted), list(present))
    once = list(dict.fromkeys(wanted))
    given = {"wanted": wanted, "present": present}
    expect(got, equals=[each for each in once if each in present], given=given, note="what is measured")
    missing = [each for each in once if each not in present]
    expect(list(why), equals=missing, given=given, note="what is not measured")
    for name in missing:
        expect_true(type(why[name]) is str and name in why[name], got=why[name], want=f"a sentence in which '{name}' occurs", given=given)
    for has_gpu in (False, True):
        got, why = work.run(probes.devices_here, ["cpu", "cuda"], has_gpu)
        given = {"wanted": ["cpu", "cuda"], "torch.cuda.is_available()": has_gpu}
        expect(got, equals=["cpu", "cuda"] if has_gpu else ["cpu"], given=given, note="what is measured")


@supporting
def test_refuses(work):
    """measure, percentile and speedups refuse what they cannot measure, with ValueError, before anything is called."""
    for count, turns, warmup in ((0, 3, 1), (2, 0, 1), (2, -1, 1), (2, 3, -1)):
        given = {"functions": count, "turns": turns, "warmup": warmup}
        error, calls = work.run(probes.refused, count, turns, warmup)
        expect(error, equals="ValueError", given=given, note="the error that came")
        expect(calls, equals=0, given=given, note="the number of calls")
    for times, share in (([], 0.5), ([1.0, 2.0], 0.0), ([1.0], -0.5), ([1.0], 1.01), ([1.0], 95.0), ([1.0], float("nan"))):
        with expect_raises(ValueError, given={"times": times, "share": share}):
            work.percentile(times, share)
    for measured, baseline in (({"a": [[1.0], [1.0]]}, "b"), ({"a": [[1.0], [0.0]], "b": [[1.0], [1.0]]}, "a"),
                               ({"a": [[1.0], [1.0]], "b": [[1.0, 2.0], [0.0, 0.0]]}, "a")):
        with expect_raises(ValueError, given={"measured (wall, cpu)": measured, "baseline": baseline}):
            work.run(probes.speedups, measured, baseline)
