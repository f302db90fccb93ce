# how: numpy for the quantiles and ratios, and k by counting down from the middle in whole numbers
import math
import time

import numpy as np


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    pairs = list(functions.items())
    for _ in range(warmup):
        for _, function in pairs:
            function()
    times = {name: [] for name, _ in pairs}
    for _ in range(repeats):
        for name, function in pairs:
            before = clock()
            result = function()
            after = clock()
            del result
            times[name].append(after - before)
        pairs.append(pairs.pop(0))
    return times


def spread(times):
    low, middle, high = np.quantile(np.array(times, dtype=np.float64), (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline):
        raise ValueError("times and baseline are not of the same rounds")
    n = len(times)
    numerator, denominator = confidence.as_integer_ratio()
    ratios = np.sort(np.array(times, dtype=np.float64) / np.array(baseline, dtype=np.float64))
    tail = sum(math.comb(n, i) for i in range((n + 1) // 2))
    for k in range((n + 1) // 2, 0, -1):  # tail: the sum over i < k
        if (2**n - 2 * tail) * denominator >= numerator * 2**n:
            return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
        tail -= math.comb(n, k - 1)
    raise ValueError(f"{n} rounds are too few for {confidence}")
