# what is wrong: the probabilities are products of floats, and with some 2000 rounds 2 ** -n is 0 and the binomial too large for a float, an OverflowError
# told: leaves_the_range_of_floats
import math
import time


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
    values = sorted(times)

    def at(q):
        place = q * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return float(values[low] + (place - low) * (values[high] - values[low]))

    return at(0.25), at(0.5), at(0.75)


def ratio(times, baseline, *, confidence=0.95):
    n = len(times)
    if len(baseline) != n:
        raise ValueError(f"{n} times, {len(baseline)} of the baseline")
    ratios = sorted(t / b for t, b in zip(times, baseline))
    k, below = 0, 0.0
    while k < n:
        below += math.comb(n, k) * 2.0**-n
        if 1 - 2 * below < confidence:
            break
        k += 1
    if k == 0:
        raise ValueError(f"{n} rounds are too few")
    return spread(ratios)[1], float(ratios[k - 1]), float(ratios[n - k])
