r"""What it costs in time: turns that are interleaved, a median with its quartiles, a ratio with an interval.

The same call takes another time whenever it is made. The first calls fill caches and choose kernels; a processor that gets
warm slows down; now and then the system does something else meanwhile, which makes a call longer and never shorter. So the
time in round $r$ is nearer to

$$t_r = d_r \, c + \text{(now and then something large)},$$

with the cost $c$ that is asked for and a drift $d_r$ that changes slowly, than to $c$ plus a symmetric error. A mean takes all
of that in. A median passes over what is rare, and the ratio of two functions that were measured in the same round has no drift
in it, since $d_r$ is in both:

$$\rho_r = \frac{t_r}{t'_r} \approx \frac{d_r \, c}{d_r \, c'} = \frac{c}{c'}.$$

How sure is a median? Sorted, $\rho_{(1)} \le \dots \le \rho_{(n)}$. Each value lies below the true median with the probability
½, so their number is binomial, whatever distribution the values have, as long as no two are equal. The true median is then
outside of $[\rho_{(k)}, \rho_{(n+1-k)}]$ with the probability

$$2 \, P(B < k) = 2 \sum_{i=0}^{k-1} \binom{n}{i} \, 2^{-n}, \qquad B \sim \mathrm{Binomial}(n, \tfrac12).$$

Where some are equal it is at most that: the interval holds the median with no less than the probability that is named.

Source: Georges, Buytaert and Eeckhout, "Statistically rigorous Java performance evaluation" (OOPSLA 2007); Hoefler and Belli,
"Scientific benchmarking of parallel computing systems" (SC 2015), rules 5 to 8; Conover, "Practical Nonparametric Statistics"
(3rd ed., 1999), section 3.2, for the interval.
"""
import math
import time
from collections.abc import Callable, Mapping, Sequence


def measure(functions: Mapping[str, Callable[[], object]], *, repeats: int, warmup: int,
            clock: Callable[[], float] = time.perf_counter) -> dict[str, list[float]]:
    """How long each function takes, in each of `repeats` rounds: {name: times}, in the order of `functions`.

    functions  at least one, each called without arguments
    repeats    the number of measured rounds, 1 or more; a round calls each function once
    warmup     how often each function is called before the first of them is measured; may be 0. The order of these calls is
               free, and the clock is not read
    clock      returns the time; may be any function. A time is the difference of two of its readings, one right before the
               call of the function and one right after. It is read for that alone: twice for each measured call

    Round number $r$, counted from 0, begins with function number $r$ of `functions` and goes on in their order, around the
    end to the start: with functions a, b and c the first rounds are abc, bca, cab, abc. So none is always the first, or always
    behind the same other one.

    What a function returns is let go before the next one is called. An error of a function goes on to the caller.

    >>> ticks = iter([0.0, 2.0, 10.0, 13.0, 20.0, 24.0, 30.0, 31.0])
    >>> measure({"a": lambda: None, "b": lambda: None}, repeats=2, warmup=1, clock=lambda: next(ticks))
    {'a': [2.0, 1.0], 'b': [3.0, 4.0]}
    """
    ### BEGIN SOLUTION
    for _ in range(warmup):
        for function in functions.values():
            function()

    names, times = list(functions), {name: [] for name in functions}
    for turn in range(repeats):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            function = functions[name]                                    # looked up before the clock is read
            start = clock()
            function()                                                    # no name for the result: it is let go at once
            stop = clock()
            times[name].append(stop - start)
    return times
    ### END SOLUTION


def spread(times: Sequence[float]) -> tuple[float, float, float]:
    """(lower quartile, median, upper quartile) of one time or more, as floats; `times` is not changed.

    The quantile $q$ of $n$ sorted values lies at the place $q (n - 1)$, counted from 0, and between two places on the straight
    line from one value to the next, as `numpy.quantile` has it.

    >>> spread([5.0, 1.0, 2.0, 100.0])
    (1.75, 3.5, 28.75)
    """
    ### BEGIN SOLUTION
    ordered = sorted(times)

    def quantile(share):
        place = share * (len(ordered) - 1)
        below = math.floor(place)
        above = min(below + 1, len(ordered) - 1)
        return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))

    return quantile(0.25), quantile(0.5), quantile(0.75)
    ### END SOLUTION


def ratio(times: Sequence[float], baseline: Sequence[float], *, confidence: float = 0.95) -> tuple[float, float, float]:
    r"""(median, low, high) of the ratios of `times` to `baseline`, round by round.

    `times[r]` and `baseline[r]` are of the same round $r$ and positive, and the ratio of the round is `times[r] / baseline[r]`.
    The median is that of `spread`. `confidence` is greater than 0 and less than 1. The interval goes from the $k$-th smallest
    to the $k$-th largest of the $n$ ratios, with the largest $k \ge 1$ with which it still holds the true median with a
    probability of at least `confidence`:

    $$1 - 2 \sum_{i=0}^{k-1} \binom{n}{i} \, 2^{-n} \;\ge\; \text{confidence}.$$

    A probability that is `confidence` exactly is enough. There are at most 1000 rounds, so that $2^n$ is still a float.

    Raises ValueError where the two have different lengths, and where there are too few rounds for any $k$: fewer than 6 for
    95 %.

    >>> ratio([2.0, 4.0, 3.0, 8.0, 5.0, 60.0], [1.0, 2.0, 2.0, 4.0, 2.0, 20.0])
    (2.0, 1.5, 3.0)
    """
    ### BEGIN SOLUTION
    if len(times) != len(baseline):
        raise ValueError(f"{len(times)} times beside {len(baseline)}: a pair for each round is needed")
    ratios = sorted(one / other for one, other in zip(times, baseline))
    count = len(ratios)

    # Count up: each value is below or above the median, in one of 2ⁿ ways. In `outside` of them the interval leaves it out.
    # These are integers, and Python's quotient of two integers is right however large they are.
    k, outside = 0, 2                                                     # k = 1 leaves out 2 of them: all below, all above
    while 1 - outside / 2 ** count >= confidence:
        k += 1
        outside += 2 * math.comb(count, k)
    if not k:
        raise ValueError(f"{count} rounds are too few for an interval with {confidence:.0%}")
    return spread(ratios)[1], ratios[k - 1], ratios[count - k]
    ### END SOLUTION

### BEGIN AFTERWORD
# Nothing here waits for a real clock, so the suite could hand you one that drifts, and knew each time exactly. That is worth
# copying: whatever takes the clock as an argument can be tested. Note what the interval does not say. It is about chance within
# this run, on this machine; another machine, another order of linking or another room temperature are not in it. And on a GPU
# a call returns before its work is done: there the function that is measured ends with torch.cuda.synchronize().
### END AFTERWORD

### BEGIN HINTS
# 1. Write measure with two loops for the rounds: over the rounds, and in each over the names, which are turned by one from
#    round to round. The two readings of the clock belong into the inner loop, with nothing between them but the call.
# 2. `names[first:] + names[:first]` with `first = turn % len(names)` turns a list. `function()` as a statement of its own
#    lets the result go. For a quantile, sort, and go from the value at floor(q (n - 1)) a part of the way to the next. For
#    the interval count how many of the 2ⁿ ways leave the median out: 2 for k = 1, and 2 binomial(n, k) more for k + 1. Count
#    in integers, and divide last, so that only the quotient is rounded.
# 3. `k, outside = 0, 2`, `while 1 - outside / 2 ** n >= confidence: k += 1; outside += 2 * math.comb(n, k)`, ValueError
#    if k is still 0, else `ratios[k - 1], ratios[n - k]` of the sorted ratios.
### END HINTS
