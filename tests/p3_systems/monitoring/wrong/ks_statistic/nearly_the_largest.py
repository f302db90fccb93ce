# what is wrong: against rounding the first place is taken where the distance is close to the largest by numpy.isclose, which is too wide for large samples
# told: nearly_the_largest
r"""Two samples and their largest distance: the empirical distribution function, and the statistic of Kolmogorov and Smirnov.

The empirical distribution function of a sample $x_1, \dots, x_n$ is the share of its values that are at most $t$,

$$F_x(t) = \frac{1}{n} \, \#\{i : x_i \le t\}.$$

It is a step function: it jumps at each value of the sample, by $1/n$ for each time that the value occurs. The statistics of two
samples $x$ and $y$ are the largest distances of their step functions,

$$D^+ = \max_t \, (F_x(t) - F_y(t)), \qquad D^- = \max_t \, (F_y(t) - F_x(t)), \qquad D = \max(D^+, D^-).$$

Source: Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of Mathematical Statistics 19,
1948; Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3, 1958, section 1.
"""
import numpy as np
from jaxtyping import Float, Float64


def ecdf(sample: Float[np.ndarray, "n"], points: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """The share of the values in `sample` that are at most each of `points`: an array of float64 with the shape of `points`.

    The values of the sample are in any order, may occur several times and may be infinite, and so may the points. No
    argument is changed. Both may have 100,000 values: to compare each with each takes too long.

    >>> ecdf(np.array([2.0, 1.0, 2.0, 5.0]), np.array([0.0, 1.0, 2.0, 4.9, 5.0]))
    array([0.  , 0.25, 0.75, 0.75, 1.  ])

    Raises ValueError where the sample is empty, and where the sample or the points contain NaN.
    """
    if not sample.size:
        raise ValueError("no values")
    if (sample != sample).any() or (points != points).any():
        raise ValueError("NaN")
    values, counts = np.unique(sample.astype(float), return_counts=True)
    share = np.append(0.0, np.cumsum(counts) / len(sample))
    return np.array(share[np.searchsorted(values, points.astype(float), side="right")], dtype=np.float64)


def ks_statistic(x: Float[np.ndarray, "n"], y: Float[np.ndarray, "m"], *, side: str = "both") -> tuple[float, float, int]:
    """The largest distance between the distribution functions of two samples, where it is attained, and its sign there.

    `side` says which distance: "both" for D, "greater" for D+ (x's function is above, so x has the smaller values), "less"
    for D-. All three are from 0 to 1. The location is the smallest value of either sample, in the sense of order, at which
    the distance is attained exactly: 2/3 - 1/3 and 1/3 - 0 are equal, though they are not when floats are subtracted. The
    sign is that of F_x - F_y at the location: 1, -1, or 0 where the distance is 0.

    The samples are in any order, of any two sizes, of one dtype or two, and their values may occur several times, in both
    samples too, and may be infinite. No argument is changed. Both may have 100,000 values.

    >>> ks_statistic(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 4.0, 5.0]))
    (0.5, 3.0, 1)
    >>> ks_statistic(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 4.0, 5.0]), side="less")
    (0.0, 5.0, 0)

    Raises ValueError where a sample is empty or contains NaN, and where `side` is none of the three.
    """
    if side == "both":
        measure = np.abs
    elif side == "greater":
        measure = np.positive
    elif side == "less":
        measure = np.negative
    else:
        raise ValueError("side must be 'both', 'greater' or 'less'")
    if min(len(x), len(y)) == 0:
        raise ValueError("both samples need values")
    if (x != x).any() or (y != y).any():
        raise ValueError("NaN")
    n, m = len(x), len(y)
    values, which = np.unique(np.concatenate((x.astype(float), y.astype(float))), return_inverse=True)
    which = which.reshape(-1)
    of_x = np.bincount(which[:n], minlength=len(values))
    of_y = np.bincount(which[n:], minlength=len(values))
    height = np.cumsum(of_x) / n - np.cumsum(of_y) / m
    heights = measure(height)
    place = int(np.flatnonzero(np.isclose(heights, heights.max()))[0])
    return float(heights.max()) + 0.0, float(values[place]), int(np.sign(height[place]) if heights.max() > 0 else 0)
