# what is wrong: each function is warmed up right before its own first measurement, so the first one is measured before the others were called
# told: warms_up_within_the_first_round
import math
import time
from fractions import Fraction

import numpy as np


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    names = list(functions)
    times = {name: [] for name in names}
    for r in range(repeats):
        for i in range(len(names)):
            name = names[(r + i) % len(names)]
            if r == 0:
                for _ in range(warmup):
                    functions[name]()
            start = clock()
            functions[name]()
            times[name].append(clock() - start)
    return times


def spread(times):
    return tuple(np.quantile(np.asarray(times, dtype=float), [0.25, 0.5, 0.75]).tolist())


def ratio(times, baseline, *, confidence=0.95):
    if len(times) != len(baseline):
        raise ValueError("different numbers of rounds")
    ratios = sorted(t / b for t, b in zip(times, baseline))
    n = len(ratios)
    k, tail = 0, 1  # tail: the sum over i <= k of the binomials
    while Fraction(2**n - 2 * tail, 2**n) >= confidence:
        k += 1
        tail += math.comb(n, k)
    if k == 0:
        raise ValueError(f"{n} rounds are too few")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
