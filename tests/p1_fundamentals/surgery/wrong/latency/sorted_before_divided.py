# what is wrong: both lists are sorted before they are divided, so the ratios are of times from different rounds
# told: sorts_before_it_divides
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
    n = len(times)
    if n != len(baseline):
        raise ValueError(f"{n} and {len(baseline)} rounds")
    ratios = sorted(a / b for a, b in zip(sorted(times), sorted(baseline)))
    k, below = 0, 1
    while Fraction(2**n - 2 * below, 2**n) >= confidence:
        k += 1
        below += math.comb(n, k)
    if not k:
        raise ValueError("too few rounds")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[-k])
