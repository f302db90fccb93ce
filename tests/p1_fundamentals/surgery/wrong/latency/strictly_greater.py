# what is wrong: a k whose probability is exactly the confidence (two rounds and 0.5, six and 0.96875) is refused
# told: asks_for_more
import math
import time
from fractions import Fraction


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    items = list(functions.items())
    for _ in range(warmup):
        for _, function in items:
            function()
    times = {name: [] for name, _ in items}
    for turn in range(repeats):
        begin = turn % len(items)
        for name, function in items[begin:] + items[:begin]:
            before = clock()
            function()
            after = clock()
            times[name].append(after - before)
    return times


def spread(times):
    values = sorted(times)

    def at(q):
        place = q * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return float(values[low] + (place - low) * (values[high] - values[low]))

    return at(0.25), at(0.5), at(0.75)


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline):
        raise ValueError("one time and one of the baseline for each round")
    ratios = sorted(t / b for t, b in zip(times, baseline))
    n, k = len(ratios), 0
    while 1 - 2 * Fraction(sum(math.comb(n, i) for i in range(k + 1)), 2**n) > confidence:
        k += 1
    if k == 0:
        raise ValueError("too few rounds")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
