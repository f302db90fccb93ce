# what is wrong: the reference is sorted in place before its quantiles are taken, so the argument is changed
# told: edges_sort_in_place
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


def _valid(sample):
    """As float64, if it has values and all are finite."""
    if len(sample) == 0 or not np.isfinite(sample).all():
        raise ValueError("a sample needs values, all of them finite")
    return np.array(sample, dtype=np.float64)


def _masses(sample, weights):
    if weights is None:
        return np.full(len(sample), 1 / len(sample))
    weights = np.array(weights, dtype=np.float64)
    if not np.isfinite(weights).all() or weights.min() < 0 or weights.max() == 0:
        raise ValueError("the weights must be finite, from 0, and not all 0")
    weights /= weights.max()
    return weights / weights.sum()


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
    _valid(reference)
    reference.sort()
    if not bins >= 2:
        raise ValueError("bins must be 2 or more")
    edges = np.quantile(reference.astype(np.float64), [k / bins for k in range(1, bins)])
    return edges[np.append(True, np.diff(edges) > 0)]


def psi(reference: Float[np.ndarray, "n"], current: Float[np.ndarray, "m"], *, bins: int = 10) -> float:
    """The population stability index of the current sample, in bins that the reference alone decides.

    With the edges e_1 < … < e_(B-1) of `bin_edges(reference, bins)` there are B bins: up to and with e_1, above e_1 up to and
    with e_2, …, above e_(B-1). So every value has a bin, also one outside of all that was seen before. A bin with c of n values
    has the share (c + 1/2) / (n + B/2), in both samples: no share is 0, and the shares still add up to 1. No argument is changed.

    >>> round(psi(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 4.0, 9.0]), bins=2), 6)
    0.16946

    Raises ValueError where a sample is empty, or contains NaN or an infinite value, and where `bins` is less than 2.
    """
    edges = bin_edges(reference, bins)
    samples = [_valid(reference), _valid(current)]
    number = len(edges) + 1
    rows = np.zeros((2, number))
    for row, sample in zip(rows, samples):
        np.add.at(row, np.digitize(sample, edges, right=True), 1.0)
        row += 0.5
        row /= len(sample) + number / 2
    p, q = rows
    return float(np.dot(q, np.log(q / p)) + np.dot(p, np.log(p / q)))  # KL(q || p) + KL(p || q)


def psi_by_chance(bins: int, n: int, m: int) -> float:
    """About the mean of PSI in B bins for samples of n and m values that come from one distribution: (B - 1)(1/n + 1/m).

    It holds where each bin has some ten values or more. Raises ValueError where `bins` is less than 2, or a size less than 1.

    >>> round(psi_by_chance(10, 100, 100), 4)
    0.18
    """
    if not (bins >= 2 and n >= 1 and m >= 1):
        raise ValueError("bins from 2, sizes from 1")
    return float((bins - 1) * (n + m) / (n * m))


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
    x, y = _valid(x), _valid(y)
    a, b = _masses(x, x_weights), _masses(y, y_weights)
    x, a, y, b = x[a > 0], a[a > 0], y[b > 0], b[b > 0]
    i, j = np.argsort(x), np.argsort(y)
    levels_x, levels_y = np.minimum(np.cumsum(a[i]), 1.0), np.minimum(np.cumsum(b[j]), 1.0)
    levels_x[-1] = levels_y[-1] = 1.0
    levels = np.sort(np.concatenate([levels_x, levels_y]))  # the mass in order: nobody overtakes anybody
    slices = np.diff(levels, prepend=0.0)
    from_ = x[i][np.minimum(np.searchsorted(levels_x, levels), len(x) - 1)]
    to = y[j][np.minimum(np.searchsorted(levels_y, levels), len(y) - 1)]
    return float(np.sum(slices * np.abs(from_ - to)))
