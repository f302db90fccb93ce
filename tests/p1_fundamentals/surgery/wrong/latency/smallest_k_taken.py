# what is wrong: the search ends at the first k that holds the confidence, which is always 1, so the interval is the whole range
# told: cuts_one_too_few
import math
import time
from fractions import Fraction

import numpy as np


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    names = list(functions)
    for name in names:
        for _ in range(warmup):
            functions[name]()
    times = {name: [] for name in names}
    for r in range(repeats):
        for i in range(len(names)):
            name = names[(r + i) % len(names)]
            start = clock()
            functions[name]()
            times[name].append(clock() - start)
    return times


def spread(times):
    return tuple(np.quantile(np.asarray(times, dtype=float), [0.25, 0.5, 0.75]).tolist())


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline):
        raise ValueError("lengths differ")
    ratios = sorted(t / b for t, b in zip(times, baseline))
    n = len(ratios)
    for k in range(1, n + 1):
        outside = 2 * sum(math.comb(n, i) for i in range(k))
        if Fraction(2**n - outside, 2**n) >= confidence:
            return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
    raise ValueError(f"{n} rounds are too few for {confidence}")
