r"""Large enough to matter: a shift in standard deviations, its p-value for values that depend on each other, and alarms.

With enough values every difference is significant. So an alarm asks two questions: can chance have made this, and would it
matter if not? The answer to the second is an *effect size*, which does not grow with the samples. For a reference
$x_1, \dots, x_n$ and a window $w_1, \dots, w_m$ let the shift be in standard deviations of the reference,

$$d = \frac{\bar w - \bar x}{s_x}, \qquad s_x^2 = \frac{1}{n - 1} \sum_t (x_t - \bar x)^2.$$

The values of a stream depend on those before them. If their correlation falls by a factor of $r$ with each step, then the mean of
$n$ values is only as certain as that of $n_e$ independent ones, for large $n$,

$$n_e = n \, \frac{1 - r}{1 + r}, \qquad r = \frac{\sum_{t=1}^{n-1} (x_t - \bar x)(x_{t+1} - \bar x)}{\sum_{t=1}^{n} (x_t - \bar x)^2}.$$

Source: Cohen, "Statistical power analysis for the behavioral sciences", 1988, section 2.2; Bayley and Hammersley, "The 'effective' number of
independent observations in an autocorrelated time series", Supplement to the Journal of the Royal Statistical Society 8, 1946.
"""
import math

import numpy as np
from jaxtyping import Float


def effective_size(x: Float[np.ndarray, "n"]) -> float:
    """How many independent values are as good as the n values of a stream, for its mean: n (1 - r) / (1 + r).

    A negative r counts as 0, so the result is n at most, and it is at least 1. A stream whose values are all equal has no r, and
    the result is n. It is computed in float64 and precise also where the mean is a million times larger than the deviations from it.
    `x` is not changed, neither here nor below.

    >>> effective_size(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))  # r = 1/2
    2.0
    >>> effective_size(np.array([1.0, -1.0, 1.0, -1.0]))
    4.0

    Raises ValueError where `x` is empty, or has a value that is NaN or infinite.
    """
    ### BEGIN SOLUTION
    if not x.size or not np.isfinite(x).all():
        raise ValueError("the stream is empty, or not finite")
    x = x.astype(np.float64)
    if (x == x[0]).all():
        return float(len(x))
    around = x - x.mean()
    r = max(0.0, float(around[:-1] @ around[1:] / (around @ around)))
    return max(1.0, len(x) * (1 - r) / (1 + r))
    ### END SOLUTION


def mean_shift(reference: Float[np.ndarray, "n"], window: Float[np.ndarray, "m"]) -> tuple[float, float]:
    r"""(d, p): the window's shift in standard deviations of the reference, with its sign, and the two-sided p-value.

    Under the null hypothesis the window is as the reference is. So the reference gives the standard deviation, and the factor
    f = effective_size(reference) / n, for both: a short window's own would be too uncertain. With

    $$z = d \Big/ \sqrt{\frac{1}{f n} + \frac{1}{f m}}$$

    the p-value is $P(|Z| \ge |z|)$ for a standard normal $Z$, that is $\mathrm{erfc}(|z| / \sqrt 2)$, also where it is tiny.

    >>> d, p = mean_shift(np.array([1.0, 5.0, 2.0, 4.0, 3.0]), np.array([4.0, 6.0, 5.0, 5.0]))
    >>> round(d, 4), round(p, 4)
    (1.2649, 0.0593)

    Raises ValueError where the window is empty, where the reference's values are all equal, and where a value is NaN or infinite.
    """
    ### BEGIN SOLUTION
    independent = effective_size(reference) / len(reference)        # the factor f: independent values for each value
    if not window.size or not np.isfinite(window).all() or (reference == reference[0]).all():
        raise ValueError("the window is empty or not finite, or the reference does not vary")
    x, w = reference.astype(np.float64), window.astype(np.float64)
    shift = float((w.mean() - x.mean()) / x.std(ddof=1))
    z = shift / math.sqrt((1 / len(x) + 1 / len(w)) / independent)
    return shift, math.erfc(abs(z) / math.sqrt(2))
    ### END SOLUTION


def watch(stream: Float[np.ndarray, "t"], *, tuned: int, reference: int, window: int, step: int, level: float,
          smallest: float) -> list[int]:
    """The places in the stream at which those windows begin that raise an alarm, in order.

    On the first `tuned` values the model and the monitor were tuned: they look better than any that come later, so they are in
    neither the reference nor a window. The next `reference` values are the reference. The first window begins right after them and
    has `window` values, the next one begins `step` values later, and so on: windows may overlap, or leave values out. Only
    whole windows count. A window raises an alarm where its p-value is at most `level` *and* its absolute shift at least `smallest`.

    >>> stream = np.array([9.0, 9.0, 1.0, 3.0, 2.0, 2.0, 1.0, 2.0, 3.0, 7.0, 8.0, 7.0])
    >>> watch(stream, tuned=2, reference=5, window=2, step=2, level=0.01, smallest=1.0)
    [9]

    Raises ValueError where `tuned` is negative, where `reference`, `window` or `step` is less than 1, where the stream ends
    before the reference does, and where `mean_shift` does. A stream that ends before the first window does has no alarms.
    """
    ### BEGIN SOLUTION
    if tuned < 0 or min(reference, window, step) < 1 or tuned + reference > len(stream):
        raise ValueError("there is no such reference or window in the stream")
    begin, alarms = tuned + reference, []
    for start in range(begin, len(stream) - window + 1, step):
        shift, p = mean_shift(stream[tuned:begin], stream[start:start + window])
        if p <= level and abs(shift) >= smallest:
            alarms.append(start)
    return alarms
    ### END SOLUTION

### BEGIN AFTERWORD
# The two conditions guard against different things. `level` keeps chance out, and fails for large samples: 200,000 values see a
# shift of 0.02 standard deviations at p = 3e-10. `smallest` keeps out what does not matter, and fails for small samples, where
# chance makes large shifts. What `smallest` should be is no question of statistics: ask at which shift the model's accuracy moves.
# The formula for the effective size believes in an AR(1) process. Streams with a day's rhythm have other correlations: compare
# with the same hours, or permute whole days.
### END AFTERWORD

### BEGIN HINTS
# 1. Write the three functions in their order: each one is used by the next. In `watch`, draw the stream on paper: tuned,
#    reference, windows.
# 2. Subtract the mean before anything else, and divide by one sum of all n squares. In `mean_shift` everything but the window's own
#    mean and size comes from the reference. `range(begin, len(stream) - window + 1, step)` gives the whole windows.
# 3. `r = around[:-1] @ around[1:] / (around @ around)`; `z = d / math.sqrt((1 / n + 1 / m) / f)`;
#    `if p <= level and abs(d) >= smallest`.
### END HINTS
