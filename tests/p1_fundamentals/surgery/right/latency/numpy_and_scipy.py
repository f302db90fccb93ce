# NumPy for the quantiles, SciPy for the binomial distribution, a deque for the turns.
import time
from collections import deque

import numpy as np
from scipy.stats import binom


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    order = deque(functions)
    for name in list(functions) * warmup:
        functions[name]()
    rounds = []
    for _ in range(repeats):
        row = {}
        for name in order:
            before = clock()
            functions[name]()
            row[name] = clock() - before
        rounds.append(row)
        order.rotate(-1)
    return {name: [row[name] for row in rounds] for name in functions}


def spread(times):
    low, middle, high = np.quantile(np.asarray(times, dtype=float), (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline) or len(times) == 0:
        raise ValueError("pairs are needed")
    values = np.sort(np.divide(times, baseline))
    n = len(values)
    k = 0
    while k + 1 <= n // 2 and 1 - 2 * binom.cdf(k, n, 0.5) >= confidence:
        k += 1
    if k == 0:
        raise ValueError("too few")
    return float(np.median(values)), float(values[k - 1]), float(values[-k])
