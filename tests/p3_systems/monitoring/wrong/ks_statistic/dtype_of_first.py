# what is wrong: everything is brought to the dtype of the first sample, so float64 values are rounded to float32 and become equal
# told: ecdf_in_the_samples_dtype, in_the_first_dtype
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
    if sample.size == 0:
        raise ValueError("the sample is empty")
    if np.isnan(sample).any() or np.isnan(points).any():
        raise ValueError("there is a NaN")
    ordered = np.sort(sample)
    counts = np.searchsorted(ordered, points.astype(sample.dtype), side="right")
    return np.asarray(counts / sample.size, dtype=np.float64)


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
    if side not in ("both", "greater", "less"):
        raise ValueError(f"side is {side!r}")
    if x.size == 0 or y.size == 0:
        raise ValueError("a sample is empty")
    if np.isnan(x).any() or np.isnan(y).any():
        raise ValueError("there is a NaN")
    n, m = x.size, y.size
    x, y = np.sort(x), np.sort(y.astype(x.dtype))
    places = np.unique(np.concatenate([x, y]))
    lead = m * np.searchsorted(x, places, side="right") - n * np.searchsorted(y, places, side="right")  # n m (F_x - F_y)
    distance = {"both": np.abs(lead), "greater": lead, "less": -lead}[side]
    where = int(np.argmax(distance))
    return int(distance[where]) / (n * m), float(places[where]), int(np.sign(lead[where]))
