# what is wrong: only NaN is refused, as an infinite value has a bin and a place in order like any other
# told: edges_accept_infinities, distance_accepts_infinities
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


def _check(sample):
    if sample.size == 0:
        raise ValueError("a sample is empty")
    if np.isnan(sample).any():
        raise ValueError("a value is NaN")


def _sorted_mass(sample, weights):
    """The values in order, and the mass of the first 0, 1, 2, ... of them."""
    _check(sample)
    weights = np.ones(sample.size) if weights is None else weights.astype(np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise ValueError("weights are numbers from 0, and not all 0")
    order = np.argsort(sample, kind="stable")
    mass = np.concatenate([[0.0], np.cumsum(weights[order] / weights.max())])
    return sample[order].astype(np.float64), mass / mass[-1]


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
    _check(reference)
    if bins < 2:
        raise ValueError("at least two bins are needed")
    return np.unique(np.quantile(reference.astype(np.float64), np.arange(1, bins) / bins))


def psi(reference: Float[np.ndarray, "n"], current: Float[np.ndarray, "m"], *, bins: int = 10) -> float:
    """The population stability index of the current sample, in bins that the reference alone decides.

    With the edges e_1 < … < e_(B-1) of `bin_edges(reference, bins)` there are B bins: up to and with e_1, above e_1 up to and
    with e_2, …, above e_(B-1). So every value has a bin, also one outside of all that was seen before. A bin with c of n values
    has the share (c + 1/2) / (n + B/2), in both samples: no share is 0, and the shares still add up to 1. No argument is changed.

    >>> round(psi(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 4.0, 9.0]), bins=2), 6)
    0.16946

    Raises ValueError where a sample is empty, or contains NaN or an infinite value, and where `bins` is less than 2.
    """
    _check(reference)
    _check(current)
    edges = bin_edges(reference, bins)

    def shares(sample):
        places = np.searchsorted(edges, sample.astype(np.float64), side="left")
        counts = np.bincount(places, minlength=edges.size + 1)
        return (counts + 0.5) / (sample.size + counts.size / 2)

    p, q = shares(reference), shares(current)
    return float(np.sum((q - p) * np.log(q / p)))


def psi_by_chance(bins: int, n: int, m: int) -> float:
    """About the mean of PSI in B bins for samples of n and m values that come from one distribution: (B - 1)(1/n + 1/m).

    It holds where each bin has some ten values or more. Raises ValueError where `bins` is less than 2, or a size less than 1.

    >>> round(psi_by_chance(10, 100, 100), 4)
    0.18
    """
    if bins < 2 or n < 1 or m < 1:
        raise ValueError("two bins and one value at least")
    return (bins - 1) * (1 / n + 1 / m)


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
    x, x_mass = _sorted_mass(x, x_weights)
    y, y_mass = _sorted_mass(y, y_weights)
    places = np.sort(np.concatenate([x, y]))
    f = x_mass[np.searchsorted(x, places[:-1], side="right")]
    g = y_mass[np.searchsorted(y, places[:-1], side="right")]
    return float(np.sum(np.abs(f - g) * np.diff(places)))
