r"""PSI and Wasserstein's distance: two numbers for how far one sample is from another.

The *population stability index* compares shares in bins. With $p_b$ the reference's share and $q_b$ the current sample's,

$$\mathrm{PSI} = \sum_b (q_b - p_b) \ln \frac{q_b}{p_b}.$$

It is the sum of the two Kullback–Leibler divergences, $\mathrm{KL}(q \| p) + \mathrm{KL}(p \| q)$. *Wasserstein's distance* of
order 1 is the least work that turns one distribution into the other, mass times way, and on a line it is the area between the
two distribution functions,

$$W_1 = \int_{-\infty}^{\infty} |F_x(t) - F_y(t)| \, dt.$$

Source: Yurdakul, "Statistical properties of population stability index", dissertation, Western Michigan University, 2018, chapter 3;
Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", Theory of Probability and its
Applications 18, 1974.
"""
import numpy as np
from jaxtyping import Float, Float64


def bin_edges(reference: Float[np.ndarray, "n"], bins: int) -> Float64[np.ndarray, "edges"]:
    """The inner edges of at most `bins` bins with about equal shares of the reference, in ascending order.

    They are the quantiles of the reference at 1/bins, 2/bins, …, (bins - 1)/bins, as `numpy.quantile` interpolates them. Where
    values occur often, several of these are equal, and each edge stands once. The reference is not changed.

    >>> bin_edges(np.array([5.0, 1.0, 2.0, 3.0, 4.0]), 4)
    array([2., 3., 4.])
    >>> bin_edges(np.array([0.0, 0.0, 0.0, 0.0, 8.0]), 4)
    array([0.])

    Raises ValueError where the reference is empty, or contains NaN or an infinite value, and where `bins` is less than 2.
    """
    ### BEGIN SOLUTION
    if not reference.size or not np.isfinite(reference).all():
        raise ValueError("a sample is empty, or not finite")
    if bins < 2:
        raise ValueError(f"{bins} bins compare nothing")
    return np.unique(np.quantile(reference.astype(np.float64), np.arange(1, bins) / bins))
    ### END SOLUTION


def psi(reference: Float[np.ndarray, "n"], current: Float[np.ndarray, "m"], *, bins: int = 10) -> float:
    """The population stability index of the current sample, in bins that the reference alone decides.

    With the edges e_1 < … < e_(B-1) of `bin_edges(reference, bins)` there are B bins: up to and with e_1, above e_1 up to and
    with e_2, …, above e_(B-1). So B is one more than the edges that are left: fewer than `bins` where some of them were equal. Every
    value has a bin, also one outside of all that was seen before. A bin with c of n values has the share (c + 1/2) / (n + B/2), in
    both samples: no share is 0, and the shares still add up to 1. No argument is changed.

    >>> round(psi(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 4.0, 9.0]), bins=2), 6)
    0.16946

    Raises ValueError where a sample is empty, or contains NaN or an infinite value, and where `bins` is less than 2.
    """
    ### BEGIN SOLUTION
    if not current.size or not np.isfinite(current).all():
        raise ValueError("a sample is empty, or not finite")
    edges = bin_edges(reference, bins)
    shares = []
    for sample in (reference, current):
        # How many edges are below a value is the number of its bin.
        counts = np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)     # (B,)
        shares.append((counts + 0.5) / (len(sample) + 0.5 * len(counts)))
    before, now = shares
    return float(((now - before) * np.log(now / before)).sum())
    ### END SOLUTION


def psi_by_chance(bins: int, n: int, m: int) -> float:
    """About the mean of PSI in B bins for samples of n and m values that come from one distribution: (B - 1)(1/n + 1/m).

    Here `bins` is B itself, the number of bins that there really are: `len(bin_edges(reference, bins)) + 1`, where equal edges have
    left fewer of them. It holds where each bin has some ten values or more. Raises ValueError where `bins` is less than 2, or a size less than 1.

    >>> round(psi_by_chance(10, 100, 100), 4)
    0.18
    """
    ### BEGIN SOLUTION
    if bins < 2 or n < 1 or m < 1:
        raise ValueError("there are no such bins, or no values")
    return (bins - 1) * (1 / n + 1 / m)
    ### END SOLUTION


def wasserstein(x: Float[np.ndarray, "n"], y: Float[np.ndarray, "m"], *, x_weights: Float[np.ndarray, "n"] | None = None,
                y_weights: Float[np.ndarray, "m"] | None = None) -> float:
    """Wasserstein's distance of order 1 between two samples on a line, in the unit of the values.

    The samples have any two sizes, are in any order, and values may occur several times. The weights say how much mass each value
    has, a number from 0, and only their ratios count: each sample's mass is 1. Without them all values have the same. No argument
    is changed. Both samples may have 100,000 values: to compare each with each takes too long.

    >>> wasserstein(np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 8.0]))
    5.0
    >>> wasserstein(np.array([0.0, 1.0]), np.array([0.0, 1.0]), y_weights=np.array([3.0, 1.0]))
    0.25

    Raises ValueError where a sample is empty, where a value or weight is NaN or infinite, and where a weight is negative or all
    weights of a sample are 0.
    """
    ### BEGIN SOLUTION
    values = np.unique(np.concatenate([x, y]).astype(np.float64))                       # (d,), where the functions jump
    levels = []
    for sample, weights in ((x, x_weights), (y, y_weights)):
        if not sample.size or not np.isfinite(sample).all():
            raise ValueError("a sample is empty, or not finite")
        weights = np.ones(len(sample)) if weights is None else weights.astype(np.float64)
        if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
            raise ValueError("weights are numbers from 0, and not all of them are 0")
        mass = np.bincount(np.searchsorted(values, sample), weights, len(values))       # (d,)
        levels.append(mass.cumsum() / weights.sum())
    # Between two neighbours both functions are constant: the area is a sum of rectangles.
    return float(np.abs(levels[0] - levels[1])[:-1] @ np.diff(values))
    ### END SOLUTION

### BEGIN AFTERWORD
# "PSI above 0.1 is a warning, above 0.25 an alarm": with ten bins and 100 values in each sample, PSI is 0.17 on average where nothing
# has changed at all. The rule knows nothing of sizes. A bound from `psi_by_chance`, or from a permutation test of it, does.
# Wasserstein's distance is the only one here that has a unit: it says *three milliseconds later*, and a shift by c is a distance of
# c, however far. KS and PSI stop growing once the samples lie apart. For that it follows a single wild value wherever that goes.
### END AFTERWORD

### BEGIN HINTS
# 1. For PSI: which values may decide about the edges, and into which bin does a value go that the reference has never seen? For
#    Wasserstein: draw both step functions, and shade what is between them.
# 2. `np.quantile` and `np.unique` make the edges; `np.searchsorted(edges, sample, side="left")` the bins, and
#    `np.bincount(..., minlength=B)` counts with zeros. The area between step functions is a sum of heights times widths, over the
#    distinct values of both samples in order.
# 3. `shares = (counts + 0.5) / (len(sample) + 0.5 * B)`, `((q - p) * np.log(q / p)).sum()`. For each sample
#    `mass = np.bincount(np.searchsorted(values, sample), weights, len(values))`, the level is `mass.cumsum() / weights.sum()`, and the
#    area `np.abs(level_x - level_y)[:-1] @ np.diff(values)`.
### END HINTS
