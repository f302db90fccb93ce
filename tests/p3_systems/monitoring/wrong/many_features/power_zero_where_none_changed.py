# what is wrong: where no feature did change the power is 0, against a division by zero
# told: power_0_without_changes
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


def _as_list(p):
    values = [float(value) for value in p]
    for value in values:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{value} is no p-value")
    return values


def bonferroni(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Bonferroni, an array of float64 in the order of `p`. For no p-values it is empty.

    `p` is not changed, neither here nor in the two functions below.

    >>> bonferroni(np.array([0.01, 0.04, 0.5]))
    array([0.03, 0.12, 1.  ])

    Raises ValueError where a p-value is NaN, below 0 or above 1: a feature that could not be tested is not to be passed over
    in silence, because `m` would be smaller then.
    """
    values = _as_list(p)
    return np.array([min(1.0, len(values) * value) for value in values], dtype=np.float64)


def holm(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Holm, an array of float64 in the order of `p`. Equal p-values have equal results.

    >>> holm(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.09, 0.04, 0.5 , 0.09])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    values = _as_list(p)
    m = len(values)
    adjusted = [0.0] * m
    largest = 0.0
    for rank, index in enumerate(sorted(range(m), key=values.__getitem__)):
        largest = max(largest, (m - rank) * values[index])
        adjusted[index] = min(1.0, largest)
    return np.array(adjusted, dtype=np.float64)


def benjamini_hochberg(p: Float[np.ndarray, "m"]) -> Float64[np.ndarray, "m"]:
    """The p-values adjusted by Benjamini and Hochberg, an array of float64 in the order of `p`. Equal ones stay equal.

    >>> benjamini_hochberg(np.array([0.04, 0.01, 0.5, 0.03]))
    array([0.05333333, 0.04      , 0.5       , 0.05333333])

    Raises ValueError where a p-value is NaN, below 0 or above 1.
    """
    values = _as_list(p)
    m = len(values)
    adjusted = [0.0] * m
    smallest = 1.0
    for rank, index in reversed(list(enumerate(sorted(range(m), key=values.__getitem__), start=1))):
        smallest = min(smallest, m / rank * values[index])
        adjusted[index] = smallest
    return np.array(adjusted, dtype=np.float64)


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
    if len(rejected) == 0:
        raise ValueError("at least one run is needed")
    runs_with_false, proportions, found = 0, 0.0, 0
    for run in rejected:
        false = int(np.count_nonzero(run & null))
        every = int(np.count_nonzero(run))
        if false:
            runs_with_false += 1
            proportions += false / every
        found += every - false
    changed = len(null) - int(np.count_nonzero(null))
    power = found / max(changed * len(rejected), 1)
    return runs_with_false / len(rejected), proportions / len(rejected), power
