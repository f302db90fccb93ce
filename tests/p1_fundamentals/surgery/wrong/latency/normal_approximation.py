# what is wrong: k comes from the normal approximation of the binomial, which takes 5 rounds for enough at 95 % and cuts off too much for 8
# told: always_has_an_interval
import math
import time
from statistics import NormalDist


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
        raise ValueError("different lengths")
    ratios = sorted(t / b for t, b in zip(times, baseline))
    n = len(ratios)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    k = math.ceil((n - z * math.sqrt(n)) / 2)
    if k < 1:
        raise ValueError(f"{n} rounds are too few")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
