# how: quartiles by whole numbers and the probability as a Fraction, with the running row of binomials
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction


def measure(functions: Mapping[str, Callable[[], object]], *, repeats: int, warmup: int,
            clock: Callable[[], float] = time.perf_counter) -> dict[str, list[float]]:
    names = tuple(functions)
    for name in names * warmup:
        functions[name]()
    times = {name: [] for name in names}
    for r in range(repeats):
        for i in range(r, r + len(names)):
            name = names[i % len(names)]
            call = functions[name]
            start = clock()
            call()
            times[name].append(clock() - start)
    return times


def spread(times: Sequence[float]) -> tuple[float, float, float]:
    values = sorted(times)

    def quartile(number: int) -> float:
        place, quarters = divmod(number * (len(values) - 1), 4)
        if quarters == 0:
            return float(values[place])
        return float(values[place] + (values[place + 1] - values[place]) * (quarters / 4))

    return quartile(1), quartile(2), quartile(3)


def ratio(times: Sequence[float], baseline: Sequence[float], *, confidence: float = 0.95) -> tuple[float, float, float]:
    n = len(times)
    if n != len(baseline):
        raise ValueError(f"{n} rounds and {len(baseline)} rounds of the baseline")
    wanted = Fraction(confidence)
    k, outside, binomial = 0, Fraction(0), 1
    while k < n:
        outside += Fraction(2 * binomial, 2**n)
        if 1 - outside < wanted:
            break
        k += 1
        binomial = binomial * (n - k + 1) // k
    if k == 0:
        raise ValueError(f"{n} rounds are too few for a confidence of {confidence}")
    ratios = sorted(float(t) / float(b) for t, b in zip(times, baseline))
    return spread(ratios)[1], ratios[k - 1], ratios[-k]
