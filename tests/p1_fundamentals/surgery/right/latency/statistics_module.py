# The statistics module, a nested function that measures one call, and k from the far end.
import math
import statistics
import time


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    names = [*functions]
    n = len(names)

    def one(function):
        t0 = clock()
        function()
        t1 = clock()
        return t1 - t0

    for name in names:
        for _ in range(warmup):
            functions[name]()
    result = {name: [None] * repeats for name in names}
    for place in range(repeats * n):
        turn, step = divmod(place, n)
        name = names[(turn + step) % n]
        result[name][turn] = one(functions[name])
    return result


def spread(times):
    if len(times) == 1:
        return (float(times[0]),) * 3
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return float(low), float(middle), float(high)


def ratio(times, baseline, *, confidence=0.95):
    ratios = [a / b for a, b in zip(times, baseline, strict=True)]
    ratios.sort()
    n = len(ratios)
    for k in range((n + 1) // 2, 0, -1):
        inside = 2 ** n - 2 * sum(math.comb(n, i) for i in range(k))
        if inside >= confidence * 2 ** n:
            return statistics.median(ratios), ratios[k - 1], ratios[n - k]
    raise ValueError("no interval is as sure as that")
