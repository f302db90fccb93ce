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
    ### BEGIN SOLUTION
    if not sample.size or np.isnan(sample).any() or np.isnan(points).any():
        raise ValueError("the share of an empty sample, or of NaN, is not defined")
    # In order, the place behind the last value that is at most t is the count of such values: all of a tie at once.
    return np.asarray(np.searchsorted(np.sort(sample), points, side="right") / len(sample))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    if side not in ("both", "greater", "less"):
        raise ValueError(f"the side is both, greater or less, and not {side}")
    if not x.size or not y.size or np.isnan(x).any() or np.isnan(y).any():
        raise ValueError("a sample is empty, or contains NaN")

    # Both functions change only at values of the samples, and a value that several share is one place.
    values = np.unique(np.concatenate([x, y]))                          # (distinct values,)
    at_most = [np.searchsorted(np.sort(sample), values, side="right") for sample in (x, y)]

    # n m (F_x - F_y) is a whole number: here equal distances are equal.
    above = len(y) * at_most[0] - len(x) * at_most[1]                   # (distinct values,)
    distance = {"both": np.abs(above), "greater": above, "less": -above}[side]
    place = distance.argmax()                                           # the first of the largest
    return float(distance[place] / (len(x) * len(y))), float(values[place]), int(np.sign(above[place]))
    ### END SOLUTION

### BEGIN AFTERWORD
# Nothing but the order of the values was used. So the statistic is the same for prices and for their logarithms, and one wild
# value counts no more than any other: that is why its distribution under "nothing has changed" is one for all data without
# ties, and the next exercise can compute it once. The price: the distance is measured where most of the data is, and a shift
# of the outermost percent never makes D larger than 0.01.
# The location is worth more to whoever is woken at night than the number: it says where on the axis to look.
### END AFTERWORD

### BEGIN HINTS
# 1. Both functions are constant between values of the samples: it is enough to look at each distinct value once. A value that
#    occurs three times is one jump, three times as high.
# 2. In a sorted sample, `np.searchsorted(..., side="right")` counts how many values are at most t. For the location multiply
#    the difference of the shares by n m, in integers, before you look for the largest.
# 3. `values = np.unique(np.concatenate([x, y]))`, then `above = m * count_x - n * count_y` with the counts at `values`;
#    `distance` is `abs(above)`, `above` or `-above`, and `place = distance.argmax()` is the first of the largest.
### END HINTS
