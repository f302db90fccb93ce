# what is wrong: the name output still holds what the last function returned while the next one is called
# told: keeps_the_results
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
        shift = r % len(names)
        for name in names[shift:] + names[:shift]:
            function = functions[name]
            start = clock()
            output = function()
            end = clock()
            times[name].append(end - start)
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
