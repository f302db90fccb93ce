# what is wrong: only one of the two tails is taken off, so 5 rounds are enough for 95 % and intervals are too narrow
# told: counts_one_side
import math
import time
from fractions import Fraction

import numpy as np


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
    return tuple(np.quantile(np.asarray(times, dtype=float), [0.25, 0.5, 0.75]).tolist())


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline):
        raise ValueError("times and baseline must come from the same rounds")
    n = len(times)
    ratios = sorted(t / b for t, b in zip(times, baseline))

    def coverage(k):
        return 1 - Fraction(sum(math.comb(n, i) for i in range(k)), 2**n)

    fitting = [k for k in range(1, (n + 1) // 2 + 1) if coverage(k) >= confidence]
    if not fitting:
        raise ValueError(f"no interval of {confidence} from {n} rounds")
    k = max(fitting)
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
