# what is wrong: deque.rotate(1) goes round the other way, so the second round of a, b, c is cab and not bca
# told: turns_backwards
import math
import time
from collections import deque
from fractions import Fraction


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    for function in functions.values():
        for _ in range(warmup):
            function()
    times = {name: [] for name in functions}
    order = deque(functions)
    for _ in range(repeats):
        for name in order:
            start = clock()
            functions[name]()
            times[name].append(clock() - start)
        order.rotate(1)
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
