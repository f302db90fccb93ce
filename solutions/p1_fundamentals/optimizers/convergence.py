r"""How fast is it? Measures of convergence, and what a few runs can say.

*Faster* is a statement about a record: the loss of a run at some moments, and what the run had spent by then. Steps are a poor
unit, since a step of one method may take two gradients; so the unit is a *cost*, such as the number of gradients. Three
numbers are usual. The cost at which a *target* is reached asks for one point of the curve. The area under the curve,

$$A = \sum_{i=1}^{n-1} (c_{i+1} - c_i) \, \frac{\ell_i + \ell_{i+1}}{2},$$

by the trapezoid rule for losses $\ell_i$ at costs $c_i$, asks for all of it. And whether the better number of two methods is
more than luck asks for several seeds. A run that never reached the target has no cost. To leave it out would be to reward a
method for failing; here its cost is infinite. It is *censored*: more than the budget, nobody knows by how much. A mean of
such costs says nothing, and a median is a number as long as more than half of the runs arrived. All arrays here are float64.

Sources: Efron and Tibshirani, "An introduction to the bootstrap" (1993), section 13.3, for percentile intervals; Conover,
"Practical nonparametric statistics" (3rd ed., 1999), section 3.4, for the sign test; Dahl et al., "Benchmarking neural
network training algorithms" (arXiv:2306.07179, 2023), for time to a target.
"""
import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float


def cost_to_target(costs: Float[np.ndarray, "records"], losses: Float[np.ndarray, "records"], target: float, *,
                   hold: int = 1) -> float:
    """The cost at which a run first had a loss at or below `target`, as a float; infinity where it never had.

    costs   what had been spent at each record, finite and strictly increasing, such as the number of gradients so far
    losses  the loss at each record; one that is NaN is not below any target
    hold    how many records in a row, 1 or more, have to be at or below the target: the first of them counts

    A noisy loss dips below a target by luck and comes back. With `hold` 3 the first record counts that is followed by two more
    at or below the target; they have to be in the record, so a `hold` larger than that gives infinity. Between records
    nothing is interpolated.

    >>> costs, losses = np.array([2.0, 4.0, 6.0, 8.0, 10.0]), np.array([1.0, 0.5, 0.7, 0.4, 0.3])
    >>> [cost_to_target(costs, losses, target) for target in (0.5, 0.45, 0.1)]
    [4.0, 8.0, inf]
    >>> cost_to_target(costs, losses, 0.5, hold=2)
    8.0
    """
    ### BEGIN SOLUTION
    run = 0
    for place, loss in enumerate(losses):
        run = run + 1 if loss <= target else 0                            # False for a NaN
        if run == hold:
            return float(costs[place - hold + 1])
    return math.inf
    ### END SOLUTION


def area_under_curve(costs: Float[np.ndarray, "records"], losses: Float[np.ndarray, "records"], *, log: bool = False) -> float:
    """The area under the loss over the cost, by the trapezoid rule, as a float.

    costs   finite and strictly increasing, one or more; the distances may differ
    losses  the loss at each of them
    log     whether the area is that under the natural logarithm of the loss; it may then be negative

    0.0 for a single finite record. Infinity where a loss is NaN or infinite, of either sign: a run that has diverged is worse
    than any other, and a NaN would be lost in a comparison.

    Raises ValueError where a cost is not larger than the one before it, and, with `log`, where a loss is 0 or negative, -∞ and
    a single record included. The errors come first, also where another loss is NaN or infinite; NaN itself is not negative.
    `numpy.trapezoid` is not to be used.

    >>> area_under_curve(np.array([0.0, 1.0, 4.0]), np.array([4.0, 2.0, 1.0]))
    7.5
    >>> area_under_curve(np.array([0.0, 1.0]), np.array([1.0, np.nan]))
    inf
    """
    ### BEGIN SOLUTION
    widths = np.diff(costs)                                               # (records - 1,)
    if not (widths > 0).all():
        raise ValueError("each cost has to be larger than the one before it")
    if log and (losses <= 0).any():
        raise ValueError("a loss of 0 or below has no logarithm")
    if not np.isfinite(losses).all():
        return math.inf

    heights = np.log(losses) if log else losses
    return float((widths * (heights[:-1] + heights[1:]) / 2).sum())
    ### END SOLUTION


def bootstrap_interval(values: Float[np.ndarray, "runs"], statistic: Callable, *, level: float, resamples: int,
                       generator: np.random.Generator) -> tuple[float, float]:
    r"""The percentile interval of a statistic over runs: (low, high), two floats.

    values     a number for each run, one or more; some may be infinite, none is NaN
    statistic  a function of an array (runs,) that returns a number, such as np.median
    level      the confidence, between 0 and 1
    resamples  how many resamples are drawn
    generator  where all random numbers come from; the global ones are neither used nor seeded

    A resample has as many values as there are runs, drawn from `values` with replacement, each with the same probability.
    Of the statistics of all resamples the interval leaves out (1 - `level`) / 2 at each end. Both ends are values that
    the statistic had in a resample: where a percentile falls between two of them, either is right (the place among the sorted
    statistics may be rounded up or down), and nothing is interpolated, since there is no point halfway between two infinities.
    `values` is not changed.

    >>> values = np.array([3.0, 1.0, 2.0])
    >>> bootstrap_interval(values, np.median, level=0.8, resamples=2000, generator=np.random.default_rng(0))
    (1.0, 3.0)
    """
    ### BEGIN SOLUTION
    found = np.empty(resamples)
    for number in range(resamples):
        chosen = generator.integers(len(values), size=len(values))        # places, with replacement
        found[number] = statistic(values[chosen])
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)
    ### END SOLUTION


def sign_test(first: Float[np.ndarray, "seeds"], second: Float[np.ndarray, "other_seeds"]) -> float:
    r"""How probable wins and losses at least so uneven are, if the two methods are equally good: the two-sided p-value.

    `first` and `second` have a cost for each seed, in the same order, and a cost may be infinite. A seed is a win of the method
    with the smaller cost. Ties count for neither and are left out, also those of two infinite costs. With n seeds left, of
    which the better method won k, and each seed a fair coin,

    $$p = \min\Big(1, \; 2 \sum_{i=k}^{n} \binom{n}{i} 2^{-n}\Big),$$

    a float, and 1.0 where no seed is left.

    Raises ValueError where the two have different lengths, or a cost is NaN.

    >>> sign_test(np.array([10.0, 12.0, 9.0, 11.0, 10.0]), np.array([13.0, 14.0, np.inf, 12.0, 15.0]))
    0.0625
    """
    ### BEGIN SOLUTION
    if len(first) != len(second):
        raise ValueError(f"{len(first)} costs beside {len(second)}: a pair for each seed is needed")
    if np.isnan(first).any() or np.isnan(second).any():
        raise ValueError("a cost is NaN; a run that does not arrive has an infinite one")
    wins, losses = int((first < second).sum()), int((first > second).sum())
    n, k = wins + losses, max(wins, losses)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k, n + 1)) / 2 ** n)
    ### END SOLUTION

### BEGIN AFTERWORD
# Try sign_test with five seeds of which one method won all: 0.0625, and no data whatever can give less. So whoever plans a
# comparison knows before the first run how many seeds it takes. The bootstrap has the same limit in another guise: the interval
# of a mean or a median of five values cannot reach beyond the smallest and the largest of them. And note what censoring cost in code: nothing. With
# infinity for a run that did not arrive, comparisons and medians are right as they are. With None or NaN, each of them
# would need a case, and the one that is forgotten is in favour of the method that fails.
### END AFTERWORD

### BEGIN HINTS
# 1. For the target, walk through the losses and count how many in a row are low enough; a NaN compares as False by itself. For
#    the area, write the widths and the mean heights as arrays. For the test, count wins and losses: the differences of two
#    infinities are not needed.
# 2. A resample is `values[generator.integers(n, size=n)]`. Sort the statistics, and take the one at the place of the lower
#    percentile and that of the upper one; np.quantile interpolates unless you tell it a method that does not.
# 3. `np.quantile(found, [tail, 1 - tail], method="inverted_cdf")` with tail = (1 - level) / 2. For the area
#    `(np.diff(costs) * (h[:-1] + h[1:]) / 2).sum()`, with h the losses or their logarithms. `math.comb(n, i)` is summed from
#    the larger count to n.
### END HINTS
