# what is wrong: the value behind the place is read also where there is none, so one time alone ends in an IndexError
# told: reads_behind_the_last
import math
import time
from fractions import Fraction


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
    values = sorted(map(float, times))
    quantiles = []
    for q in (0.25, 0.5, 0.75):
        low, part = divmod(q * (len(values) - 1), 1)
        low = int(low)
        quantiles.append(values[low] + part * (values[low + 1] - values[low]))
    return tuple(quantiles)


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
