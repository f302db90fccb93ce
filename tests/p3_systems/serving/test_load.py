"""Load, open and closed: measure a service as those who use it meet it."""
import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.serving import probes_load as probes

FIELDS = ("due", "ended", "error")


def compare(got, want, given, what="results"):
    expect(len(got), equals=len(want), given=given, note=f"the number of {what}")
    for place, name in enumerate(FIELDS):
        expect([each[place] for each in got], equals=[each[place] for each in want], given=given, note=f"{name} of the {what}")


@pytest.mark.parametrize("rate, seconds", [(4.0, 1.0), (10.0, 1.0), (3.0, 2.0), (1000.0, 0.05), (0.5, 3.0), (2.5, 0.3), (7.0, 1.0)])
def test_schedule(work, rate, seconds):
    """schedule: request i is due at i / rate, from 0 up to but not including the end."""
    want = [i / rate for i in range(200) if i / rate < seconds]
    expect(work.schedule(rate, seconds), equals=want, given={"rate": rate, "seconds": seconds})


def test_poisson(work):
    """schedule with a generator: independent gaps, exponentially distributed with the mean 1 / rate."""
    for rate, seconds, seed in ((200.0, 20.0, 1), (50.0, 80.0, 2)):
        due, = work.run(probes.drawn, rate, seconds, [seed])
        given = {"rate": rate, "seconds": seconds, "seed": seed}
        expect_true(all(one <= other for one, other in zip(due, due[1:])) and all(0 <= each < seconds for each in due),
                    got=due[:3] + due[-3:], want="times in ascending order, from 0 to the end", given=given)
        # 4,000 are due; five standard deviations of a Poisson variable are 316. Kolmogorov's distance of 4,000 gaps is
        # above 2.4 / sqrt(4,000) once in 50,000 times, and the seed is the same in every run.
        expect_true(abs(len(due) - rate * seconds) < 5 * math.sqrt(rate * seconds), got=len(due),
                    want=f"about {rate * seconds:.0f} requests", given=given, note="the number of requests")
        gaps = np.sort(np.diff(due))
        steps = np.arange(len(gaps) + 1) / len(gaps)
        share = 1 - np.exp(-rate * gaps)
        distance = max(np.max(steps[1:] - share), np.max(share - steps[:-1]))
        expect_true(distance < 2.4 / math.sqrt(len(gaps)), got=float(np.median(gaps)),
                    want=f"gaps from an exponential distribution, whose median is {math.log(2) / rate:.4f}", given=given,
                    note="the median of the gaps")
    firsts = [due[0] for due in work.run(probes.drawn, 20.0, 2.0, list(range(200)))]
    expect_true(abs(np.mean(firsts) - 1 / 20) < 5 / 20 / math.sqrt(200), got=float(np.mean(firsts)),
                want="about 0.05, the mean gap", given={"rate": 20.0}, note="the mean time of the first request, of 200 seeds")


@st.composite
def loads(draw):
    """(when requests are due, how long each takes, connections); all in sixteenths, no two due at once."""
    count = draw(st.integers(1, 7))
    due = sorted(draw(st.lists(st.integers(0, 40), min_size=count, max_size=count, unique=True)))
    takes = draw(st.lists(st.integers(1, 48), min_size=count, max_size=count))
    return [each / 16 for each in due], [each / 16 for each in takes], draw(st.integers(1, 3))


def queue(due, takes, connections):
    """(when each request is sent, when it has ended), the earliest first."""
    free, found = [0.0] * connections, []
    for at, long in zip(due, takes):
        begins = max(at, heapq.heappop(free))
        heapq.heappush(free, begins + long)
        found.append((begins, begins + long))
    return found


@given(loads())
def test_open(work, load):
    """open_load: each request is sent when it is due or a connection is free, and its time begins when it was due."""
    due, takes, connections = load
    times = queue(due, takes, connections)
    got, latencies, sent = work.run(probes.opened, due, takes, connections)
    given = {"due": due, "each takes": takes, "connections": connections}
    expect([at for _, at in sorted(sent)], equals=[begins for begins, _ in times], given=given, note="when each request was sent")
    compare(got, [[at, ended, ""] for at, (_, ended) in zip(due, times)], given)
    expect(latencies, equals=[ended - at for at, (_, ended) in zip(due, times)], given=given, note="the latencies")


def test_open_after_a_stall(work):
    """open_load: while one answer takes long the others are sent, and what waits for a connection is charged the wait."""
    for stall, connections in ((3.0, 100), (2.0, 1), (5.0, 2)):
        due = [i / 8 for i in range(40)]
        takes = [stall if i == 4 else 1 / 32 for i in range(40)]
        times = queue(due, takes, connections)
        got, latencies, sent = work.run(probes.opened, due, takes, connections)
        given = {"due": "0, 1/8, 2/8, ... seconds", "each takes": f"1/32 s, and the fifth {stall} s", "connections": connections}
        expect([number for number, _ in sent], equals=list(range(40)), given=given, note="the requests in the order in which they were sent")
        expect(latencies, equals=[ended - at for at, (_, ended) in zip(due, times)], given=given, note="the latencies")
        compare(got, [[at, ended, ""] for at, (_, ended) in zip(due, times)], given)


def rounds_of(takes, clients, seconds, pause, failing):
    """(results, what is sent) of a closed load. No two clients are free at once, but for the beginning."""
    free, results, sent = [(0.0, each) for each in range(clients)], [], []
    while free:
        at, client = heapq.heappop(free)
        if at < seconds:
            number = len(results)
            sent.append([number, at])
            results.append([at, at + takes[number], failing.get(number, "")])
            heapq.heappush(free, (at + takes[number] + pause, client))
    return results, sent


@pytest.mark.parametrize("clients, seconds, pause", [(1, 3.0, 0.0), (3, 4.0, 0.0), (2, 3.0, 0.75), (4, 1.0, 0.25)])
def test_closed(work, clients, seconds, pause):
    """closed_load: each client waits for its answer and for the pause before it sends again, until the time is over."""
    for seed in (3, 13):
        takes = np.random.default_rng(seed).uniform(0.3, 1.5, 60).tolist()
        want, sent = rounds_of(takes, clients, seconds, pause, {})
        got, seen = work.run(probes.closed, takes, clients, seconds, pause)
        given = {"clients": clients, "seconds": seconds, "pause": pause, "request i takes": takes[:len(want)]}
        expect([at for _, at in seen], equals=[at for _, at in sent], given=given, note="when requests were sent")
        expect([number for number, _ in seen], equals=[number for number, _ in sent], given=given, note="their numbers")
        compare(got, want, given)


def test_failures(work):
    """open_load and closed_load: a request that raises has failed, with its class and its time, and the others go on."""
    for seed in (4, 14):
        takes = np.random.default_rng(seed).uniform(0.3, 1.5, 60).tolist()
        failing = {1: "ZeroDivisionError", 4: "ConnectionError", 0: "ConnectionError"}
        due = [0.25 * i for i in range(8)]
        want = [[at, ended, failing.get(i, "")] for i, (at, (_, ended)) in enumerate(zip(due, queue(due, takes, 2)))]
        got, *_ = work.run(probes.opened, due, takes, 2, list(failing.items()))
        given = {"load": "open", "due": due, "each takes": takes[:8], "connections": 2, "requests that fail": failing}
        compare(got, want, given)
        want, _ = rounds_of(takes, 2, 4.0, 0.0, failing)
        got, _ = work.run(probes.closed, takes, 2, 4.0, 0.0, list(failing.items()))
        compare(got, want, {"load": "closed", "clients": 2, "seconds": 4.0, "requests that fail": failing})


@given(latencies=st.lists(st.integers(0, 60), max_size=8), interval=st.integers(1, 12))
def test_correct(work, latencies, interval):
    """correct: the latencies, and those of the requests that were not sent meanwhile, sorted."""
    latencies, interval = [each / 8 for each in latencies], interval / 8
    want = sorted(latencies + [each - k * interval for each in latencies for k in range(1, 100) if each - k * interval >= interval])
    got, after = work.run(probes.corrected, latencies, interval)
    given = {"latencies": latencies, "interval": interval}
    expect(got, equals=want, given=given)
    expect(after, equals=latencies, given=given, note="the latencies afterwards")


SHARES = [0.01, 0.25, 0.5, 0.9, 0.99, 1.0]
TWOS = {"lowest": 0.125, "highest": 10.0, "growth": 2.0}  # up to 16


def bounds_of(latencies, shares, lowest=0.125, last=16.0):
    """The percentiles of a histogram of TWOS, from the percentiles of the nearest rank."""
    found = []
    for share in shares:
        rank = min(k for k in range(1, len(latencies) + 1) if k >= share * len(latencies) - 1e-9)
        value, bound = sorted(latencies)[rank - 1], lowest
        while bound < value and bound <= last:
            bound *= 2
        found.append(bound if bound <= last else math.inf)
    return found


@given(st.lists(st.sampled_from([0.0, 0.1, 0.125, 0.126, 0.25, 0.3, 1.0, 1.5, 4.0, 9.0, 10.0, 15.9, 16.0]), min_size=1, max_size=20))
def test_histogram(work, latencies):
    """Histogram: a percentile is the bound of the first bucket at which that share of the latencies is counted."""
    want = bounds_of(latencies, SHARES)
    got = work.run(probes.percentiles, TWOS, latencies, SHARES)
    expect(got, equals=want, given={**TWOS, "latencies": latencies, "shares": SHARES})


def test_histogram_of_many(work):
    """Histogram: never less than what was measured, and never more than `growth` times it; inf above the last bound."""
    for seed, options in ((5, {}), (15, {}), (6, {"lowest": 1e-3, "highest": 1.0, "growth": 1.2})):
        latencies = np.exp(np.random.default_rng(seed).normal(-4, 1, 400)).tolist()
        rank = [sorted(latencies)[math.ceil(share * 400 - 1e-9) - 1] for share in SHARES]
        got = work.run(probes.percentiles, options, latencies, SHARES)
        given = {**options, "latencies": "400 of a log-normal distribution"}
        growth = options.get("growth", 1.05)
        for share, one, exact in zip(SHARES, got, rank):
            low, high = exact * (1 - 1e-9), max(exact, options.get("lowest", 1e-4)) * growth * (1 + 1e-9)
            expect_true(type(one) is float and low <= one <= high, got=one, want=f"from {exact:.6f} to {growth} times it",
                        given=given, note=f"the percentile {share}")
    for latencies, want in (([1.0, 16.1, 500.0], [1.0, math.inf, math.inf]), ([17.0], [math.inf] * 3)):
        got = work.run(probes.percentiles, TWOS, latencies, [0.3, 0.6, 1.0])
        expect(got, equals=want, given={**TWOS, "latencies": latencies, "shares": [0.3, 0.6, 1.0]})


def test_merge(work):
    """merge: the percentiles of both together, the other histogram left as it was; other bounds are refused."""
    for first, second in (([0.1, 0.2, 0.3, 40.0], [5.0] * 6), ([1.0] * 9, [0.1, 0.2])):
        want = bounds_of(first + second, SHARES)
        got, other = work.run(probes.merged, TWOS, first, second, SHARES)
        given = {**TWOS, "one": first, "the other": second, "shares": SHARES}
        expect(got, equals=want, given=given)
        expect(other, equals=bounds_of(second, SHARES), given=given, note="the percentiles of the other one afterwards")
    for options in ({**TWOS, "growth": 4.0}, {**TWOS, "lowest": 0.25, "highest": 20.0}, {**TWOS, "highest": 100.0}):
        error, before, after = work.run(probes.histogram_refuses, "merge", TWOS, [0.3], options)
        given = {"bounds of one": TWOS, "of the other": options}
        expect(error, equals="ValueError", given=given, note="the error that came")
        expect(after, equals=before, given=given, note="the percentile .5 afterwards")


@supporting
def test_refuses(work):
    """What makes no sense raises ValueError, before anything is sent or counted."""
    for rate, seconds in ((0.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (1.0, -2.0), (math.nan, 1.0), (1.0, math.nan), (math.inf, 1.0), (1.0, math.inf)):
        with expect_raises(ValueError, given={"rate": rate, "seconds": seconds}):
            work.schedule(rate, seconds)
    for function, named in (("open_load", "connections"), ("closed_load", "clients")):
        for number in (0, -1):
            error, sent = work.run(probes.refused, function, number)
            expect(error, equals="ValueError", given={"function": function, named: number}, note="the error that came")
            expect(sent, equals=0, given={"function": function, named: number}, note="requests that were sent")
    for interval in (0.0, -1.0, math.nan):
        with expect_raises(ValueError, given={"interval": interval}):
            work.correct([1.0], interval)
    for options in ({"lowest": 0.0}, {"lowest": -1.0}, {"lowest": 2.0, "highest": 1.0}, {"growth": 1.0}, {"growth": 0.5}, {"growth": math.nan}):
        with expect_raises(ValueError, given=options):
            work.Histogram(**options)
    for latencies, value in (([], 0.5), ([1.0], 0.0), ([1.0], 1.5), ([1.0], math.nan)):
        error, *_ = work.run(probes.histogram_refuses, "percentile", TWOS, latencies, value)
        expect(error, equals="ValueError", given={"latencies": latencies, "share": value}, note="the error that came")
    for value in (-0.5, math.nan):
        error, before, after = work.run(probes.histogram_refuses, "record", TWOS, [1.0], value)
        expect(error, equals="ValueError", given={"latency": value}, note="the error that came")
        expect(after, equals=before, given={"latency": value}, note="the percentile .5 afterwards")
