# what is wrong: an edge that equals the reference's largest value is left out, since nothing of the reference lies above it
# told: no_edge_at_the_top
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
import math
from bisect import bisect_left
from collections import Counter
import numpy as np
from jaxtyping import Float, Float64


def _finite(sample, name):
    if len(sample) == 0 or not all(map(math.isfinite, sample.tolist())):
        raise ValueError(f"{name} is empty or has values that are not finite")


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
    _finite(reference, "reference")
    if bins < 2:
        raise ValueError(f"bins is {bins}")
    edges = []
    for k in range(1, bins):
        edge = float(np.quantile(reference.astype(np.float64), k / bins))
        if edge < float(reference.max()) and (not edges or edge > edges[-1]):
            edges.append(edge)
    return np.array(edges, dtype=np.float64)


def psi(reference: Float[np.ndarray, "n"], current: Float[np.ndarray, "m"], *, bins: int = 10) -> float:
    """The population stability index of the current sample, in bins that the reference alone decides.

    With the edges e_1 < … < e_(B-1) of `bin_edges(reference, bins)` there are B bins: up to and with e_1, above e_1 up to and
    with e_2, …, above e_(B-1). So every value has a bin, also one outside of all that was seen before. A bin with c of n values
    has the share (c + 1/2) / (n + B/2), in both samples: no share is 0, and the shares still add up to 1. No argument is changed.

    >>> round(psi(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 4.0, 9.0]), bins=2), 6)
    0.16946

    Raises ValueError where a sample is empty, or contains NaN or an infinite value, and where `bins` is less than 2.
    """
    _finite(reference, "reference")
    _finite(current, "current")
    edges = bin_edges(reference, bins).tolist()
    b = len(edges) + 1
    counted = [Counter(bisect_left(edges, value) for value in sample.tolist()) for sample in (reference, current)]
    total = 0.0
    for place in range(b):
        p = (counted[0][place] + 0.5) / (len(reference) + b / 2)
        q = (counted[1][place] + 0.5) / (len(current) + b / 2)
        total += (q - p) * math.log(q / p)
    return total


def psi_by_chance(bins: int, n: int, m: int) -> float:
    """About the mean of PSI in B bins for samples of n and m values that come from one distribution: (B - 1)(1/n + 1/m).

    It holds where each bin has some ten values or more. Raises ValueError where `bins` is less than 2, or a size less than 1.

    >>> round(psi_by_chance(10, 100, 100), 4)
    0.18
    """
    if bins < 2:
        raise ValueError("bins")
    if min(n, m) < 1:
        raise ValueError("sizes")
    return (bins - 1) / n + (bins - 1) / m


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
    events = []  # (value, change of F_x - F_y)
    for sample, weights, sign in ((x, x_weights, 1), (y, y_weights, -1)):
        _finite(sample, "sample")
        weights = [1.0] * len(sample) if weights is None else [float(weight) for weight in weights]
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or max(weights) == 0:
            raise ValueError("bad weights")
        most = max(weights)
        mass = math.fsum(weight / most for weight in weights)
        events += [(value, sign * weight / most / mass) for value, weight in zip(sample.tolist(), weights)]
    events.sort(key=lambda event: event[0])
    pieces, height = [], 0.0
    for (value, change), (following, _) in zip(events, events[1:]):
        height += change
        pieces.append(abs(height) * (following - value))
    return math.fsum(pieces)
