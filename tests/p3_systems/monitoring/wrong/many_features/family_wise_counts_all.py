# what is wrong: the family-wise error is the mean number of false rejections in a run, and not the share of runs with any
# told: false_rejections_per_run
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


def _checked(p):
    """A copy as float64."""
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values are numbers from 0 to 1")
    return p.astype(np.float64)


def bonferroni(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Bonferroni, an array of float64 in the order of `p`. For no p-values it is empty.

    `p` is not changed, neither here nor in the two functions below.

    >>> bonferroni(np.array([0.01, 0.04, 0.5]))
    array([0.03, 0.12, 1.  ])

    Raises ValueError where a p-value is NaN, below 0 or above 1: a feature that could not be tested is not to be passed over
    in silence, because `m` would be smaller then.
    """
    p = _checked(p)
    return np.minimum(1.0, p.size * p)


def holm(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Holm, an array of float64 in the order of `p`. Equal p-values have equal results.

    >>> holm(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.09, 0.04, 0.5 , 0.09])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    p = _checked(p)
    order = np.argsort(p, kind="stable")
    left = p.size - np.arange(p.size)  # m, m - 1, ..., 1
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(left * p[order]))
    return adjusted


def benjamini_hochberg(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Benjamini and Hochberg, an array of float64 in the order of `p`. Equal ones stay equal.

    >>> benjamini_hochberg(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.05333333, 0.04      , 0.5       , 0.05333333])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    p = _checked(p)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, p.size + 1)
    raised = p.size / ranks * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(raised[::-1])[::-1]
    return adjusted


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
    runs = rejected.shape[0]
    if runs == 0:
        raise ValueError("there are no runs")
    false = (rejected & null).sum(axis=1)
    total = rejected.sum(axis=1)
    family_wise = false.mean()
    discovery = (false / np.maximum(total, 1)).mean()
    changed = rejected[:, ~null]
    power = changed.mean() if changed.size else np.nan
    return float(family_wise), float(discovery), float(power)
