# itertools, and the probabilities summed from the middle.
import itertools
import math
import time


def turns(names, repeats):
    cycle = itertools.cycle(names)
    for _ in range(repeats):
        yield list(itertools.islice(cycle, len(names)))
        next(cycle)


def measure(functions, *, repeats, warmup, clock=time.perf_counter):
    for function in itertools.chain.from_iterable(itertools.repeat(list(functions.values()), warmup)):
        function()
    times = dict((name, []) for name in functions)
    for name in itertools.chain.from_iterable(turns(tuple(functions), repeats)):
        call = functions[name]
        begin = clock()
        call()
        end = clock()
        times[name] += [end - begin]
    return times


def spread(times):
    values = sorted(map(float, times))

    def at(place):
        whole, part = divmod(place, 1)
        left = values[int(whole)]
        right = values[math.ceil(place)]
        return left * (1 - part) + right * part

    last = len(values) - 1
    return at(last / 4), at(last / 2), at(3 * last / 4)


def ratio(times, baseline, *, confidence=0.95):
    n = len(times)
    if n != len(baseline):
        raise ValueError("two lengths")
    values = sorted(times[r] / baseline[r] for r in range(n))
    best = None
    for k in range(1, n // 2 + 1):
        coverage = sum(math.comb(n, i) for i in range(k, n - k + 1)) / 2 ** n
        if coverage >= confidence:
            best = k
    if best is None:
        raise ValueError("too few rounds")
    return spread(values)[1], values[best - 1], values[-best]
