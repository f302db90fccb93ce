# what is wrong: Holm's multiplier counts how many different p-values are left, so equal ones count as one hypothesis
# told: holm_counts_distinct
r"""Many features, few false alarms: adjusted p-values by Bonferroni, Holm, and Benjamini and Hochberg.

A monitor that tests $m$ features rejects some by chance. Let $p_{(1)} \le \dots \le p_{(m)}$ be the p-values in order. An
*adjusted* p-value is the smallest level at which the procedure for all $m$ rejects that feature: reject where it is at most
the level. In order they are

$$\text{Bonferroni:} \quad \min(1, \, m \, p_{(i)}), \qquad
  \text{Holm:} \quad \min\bigl(1, \, \max_{j \le i} \, (m - j + 1) \, p_{(j)}\bigr),$$

$$\text{Benjamini and Hochberg:} \quad \min_{j \ge i} \, \frac{m}{j} \, p_{(j)}.$$

The first two hold the *family-wise error*, the probability of any false rejection, below the level, however the features depend
on each other. The third holds the *false discovery rate*: the expected share of false ones among the rejected, which is 0
where nothing is rejected. For that it needs features that are independent, or dependent in a positive way.

Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979;
Benjamini and Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57, 1995, section 3.
"""
import numpy as np
from jaxtyping import Bool, Float, Float64


def check(p):
    if np.isnan(p).any() or (p < 0).any() or (p > 1).any():
        raise ValueError("a p-value is NaN or not from 0 to 1")


def bonferroni(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Bonferroni, an array of float64 in the order of `p`. For no p-values it is empty.

    `p` is not changed, neither here nor in the two functions below.

    >>> bonferroni(np.array([0.01, 0.04, 0.5]))
    array([0.03, 0.12, 1.  ])

    Raises ValueError where a p-value is NaN, below 0 or above 1: a feature that could not be tested is not to be passed over
    in silence, because `m` would be smaller then.
    """
    check(p)
    return np.clip(p.astype(np.float64) * len(p), None, 1.0)


def holm(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Holm, an array of float64 in the order of `p`. Equal p-values have equal results.

    >>> holm(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.09, 0.04, 0.5 , 0.09])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    check(p)
    values, back, counts = np.unique(p.astype(np.float64), return_inverse=True, return_counts=True)
    at_least = np.arange(len(values), 0, -1)  # how many are left
    return np.fmin(1.0, np.maximum.accumulate(at_least * values))[back.ravel()]


def benjamini_hochberg(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Benjamini and Hochberg, an array of float64 in the order of `p`. Equal ones stay equal.

    >>> benjamini_hochberg(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.05333333, 0.04      , 0.5       , 0.05333333])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    check(p)
    values, back, counts = np.unique(p.astype(np.float64), return_inverse=True, return_counts=True)
    at_most = np.cumsum(counts)  # j at the last of equal ones
    return np.flip(np.minimum.accumulate(np.flip(len(p) / at_most * values)))[back.ravel()]


def error_rates(rejected: Bool[np.ndarray, "runs m"], null: Bool[np.ndarray, "m"]) -> tuple[float, float, float]:
    """What a procedure did in many runs of a simulation, in which it is known where nothing had changed.

    `rejected` says for each run and feature whether the feature was rejected, and `null` which features had not changed: to
    reject one of them is false. The results are
    - the family-wise error: the share of the runs in which any rejection was false;
    - the false discovery rate: the mean over the runs of (false rejections) / (rejections), 0 for a run without rejections;
    - the power: of all features that did change, in all runs, the share that was rejected; NaN where none did change.

    >>> error_rates(np.array([[True, True, False], [False, False, False]]), np.array([True, False, False]))
    (0.5, 0.25, 0.25)

    Raises ValueError where there are no runs.
    """
    if not len(rejected):
        raise ValueError("no runs")
    false = rejected[:, null].sum(axis=1)
    true = rejected[:, ~null].sum(axis=1)
    share = np.divide(false, false + true, out=np.zeros(len(rejected)), where=false + true > 0)
    possible = np.count_nonzero(~null) * len(rejected)
    return np.mean(false > 0).item(), share.mean().item(), true.sum().item() / possible if possible else float("nan")
