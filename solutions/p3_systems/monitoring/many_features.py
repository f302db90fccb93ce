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


def bonferroni(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Bonferroni, an array of float64 in the order of `p`. For no p-values it is empty.

    `p` is not changed, neither here nor in the two functions below.

    >>> bonferroni(np.array([0.01, 0.04, 0.5]))
    array([0.03, 0.12, 1.  ])

    Raises ValueError where a p-value is NaN, below 0 or above 1: a feature that could not be tested is not to be passed over
    in silence, because `m` would be smaller then.
    """
    ### BEGIN SOLUTION
    if not ((p >= 0) & (p <= 1)).all():  # False for NaN too
        raise ValueError("a p-value is from 0 to 1")
    p = p.astype(np.float64)
    return np.minimum(1.0, len(p) * p)
    ### END SOLUTION


def holm(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Holm, an array of float64 in the order of `p`. Equal p-values have equal results.

    >>> holm(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.09, 0.04, 0.5 , 0.09])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    ### BEGIN SOLUTION
    if not ((p >= 0) & (p <= 1)).all():  # False for NaN too
        raise ValueError("a p-value is from 0 to 1")
    p = p.astype(np.float64)
    order = p.argsort()
    steps = np.arange(len(p), 0, -1) * p[order]                     # (m - j + 1) p_(j), from the smallest p-value
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))  # back to the order of `p`
    return adjusted
    ### END SOLUTION


def benjamini_hochberg(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Benjamini and Hochberg, an array of float64 in the order of `p`. Equal ones stay equal.

    >>> benjamini_hochberg(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.05333333, 0.04      , 0.5       , 0.05333333])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    ### BEGIN SOLUTION
    if not ((p >= 0) & (p <= 1)).all():  # False for NaN too
        raise ValueError("a p-value is from 0 to 1")
    p = p.astype(np.float64)
    order = p.argsort()
    steps = len(p) / np.arange(1, len(p) + 1) * p[order]            # m p_(j) / j, from the smallest p-value
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(steps[::-1])[::-1]      # the smallest of this step and all later ones
    return adjusted
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    if not len(rejected):
        raise ValueError("no rates without runs")
    false = (rejected & null).sum(axis=1)                           # (runs,)
    found = (rejected & ~null).sum(axis=1)                          # (runs,)
    share = false / np.maximum(false + found, 1)                    # 0 / 1 where nothing was rejected
    changed = np.count_nonzero(~null)
    power = found.mean() / changed if changed else np.nan
    return float((false > 0).mean()), float(share.mean()), float(power)
    ### END SOLUTION

### BEGIN AFTERWORD
# Holm rejects whatever Bonferroni rejects, sometimes more, and promises the same: there is no reason for Bonferroni but that it
# fits into one line, or into the head of somebody who reads a dashboard. Benjamini and Hochberg promise something else. With 61
# pixels of which 8 have moved, a monitor that is to *find* them may be wrong in one alarm of twenty; a pager may not.
# Where nothing has changed at all, each rejection is false, the share of false ones is 0 or 1, and both errors are the same number.
### END AFTERWORD

### BEGIN HINTS
# 1. Work in the order of the p-values, and put the results back at the end. An adjusted p-value is never smaller than that of
#    a smaller p-value: after the factors you need a running maximum (Holm) or minimum (Benjamini and Hochberg).
# 2. `order = p.argsort()`, `np.maximum.accumulate` and `np.minimum.accumulate`; the minimum runs from the largest p-value down.
#    `adjusted[order] = ...` puts back, `...[order]` would order once more. For the rates, sum over the features of each run first.
# 3. `adjusted[order] = np.minimum.accumulate((m / np.arange(1, m + 1) * p[order])[::-1])[::-1]`;
#    Holm: `np.minimum(1.0, np.maximum.accumulate(np.arange(m, 0, -1) * p[order]))`;
#    `share = false / np.maximum(false + found, 1)`.
### END HINTS
