# how: the schedule of turns as a generator, one timed call as a function, the tails by itertools.accumulate and bisect
import math
import time
from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate, chain, repeat


def turns(names, rounds):
    for r in range(rounds):
        start = r % len(names)
        yield from chain(names[start:], names[:start])


def timed(function, clock):
    start = clock()
    function()
    end = clock()
    return end - start


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    for function in functions.values():
        for _ in repeat(None, warmup):
            function()
    times = {name: [] for name in functions}
    for name in turns(list(functions), repeats):
        times[name].append(timed(functions[name], clock))
    return times


def quantile(values, q):
    place = q * (len(values) - 1)
    below, above = math.floor(place), math.ceil(place)
    part = place - below
    return float(values[below] * (1 - part) + values[above] * part)


def spread(times):
    values = sorted(times)
    return quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)


def ratio(times, baseline, *, confidence=0.95):
    try:
        ratios = sorted(t / b for t, b in zip(times, baseline, strict=True))
    except ValueError:
        raise ValueError(f"{len(times)} times against {len(baseline)}") from None
    n = len(ratios)
    tails = list(accumulate(math.comb(n, i) for i in range(n)))  # number k - 1 is the sum over i < k
    allowed = (1 - Fraction(confidence)) / 2 * 2**n
    k = bisect_right(tails, allowed)
    if k < 1:
        raise ValueError(f"{n} rounds are too few for an interval of {confidence}")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
