r"""A monitor with a stated false-alarm rate: which level a window needs, so that alarms are as rare as was promised.

A monitor looks at $d$ features, window after window. A feature is *suspicious* in a window where a test says that chance alone
does this with a probability of at most $\alpha$, and where the effect is large enough to matter. One suspicious window is no alarm
yet: an alarm takes $k$ of the last $m$ windows. Where nothing changes and the windows are independent, their number is
binomial, and the chance that a feature is in alarm after a window is at most

$$A(\alpha) = P(\mathrm{Bin}(m, \alpha) \ge k) = \sum_{j=k}^{m} \binom{m}{j} \, \alpha^j (1 - \alpha)^{m-j}.$$

$A$ grows with $\alpha$. So whoever promises a *rate* $R$ for all $d$ features together chooses the $\alpha$ at which

$$A(\alpha) = \frac{R}{d},$$

and by the union bound (Bonferroni) some feature is in alarm with a probability of at most $R$, however the features depend on each other.

Source: Wald, "Sequential analysis", 1947, chapter 1, for what such a promise is; Western Electric, "Statistical quality control
handbook", 1956, section B, for rules of "2 of 3" and "4 of 5"; Bonferroni as in Holm, 1979.
"""
import math
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np


def false_alarm_rate(level: float, *, k: int, m: int) -> float:
    """The probability that k or more of m independent windows are suspicious, if each one is with probability `level`.

    It has a relative error of at most 1e-9, also where it is tiny: at a level of 1e-8 three of four happen with 4e-24.

    >>> false_alarm_rate(0.5, k=2, m=3)
    0.5
    >>> round(false_alarm_rate(0.1, k=2, m=3), 6)
    0.028

    Raises ValueError where `level` is not in [0, 1] (NaN is not), and where not 1 <= k <= m.
    """
    ### BEGIN SOLUTION
    if not 0 <= level <= 1 or not 1 <= k <= m:  # the first is true for NaN too
        raise ValueError("a level in [0, 1], and k windows of m")
    # The terms from k to m, and not 1 minus the others: all are positive, so nothing cancels.
    return sum(math.comb(m, j) * level ** j * (1 - level) ** (m - j) for j in range(k, m + 1))
    ### END SOLUTION


def level_for(rate: float, *, k: int, m: int) -> float:
    """The level of a single window at which k or more of m are suspicious with probability `rate`.

    It is the inverse of `false_alarm_rate`, with a relative error of at most 1e-9, for rates from 1e-30 to 0.999; 0 for a rate
    of 0, and 1 for 1.

    >>> round(level_for(0.028, k=2, m=3), 6)
    0.1
    >>> round(level_for(0.05, k=1, m=1), 6)
    0.05

    Raises ValueError where `rate` is not in [0, 1] (NaN is not), and where not 1 <= k <= m.
    """
    ### BEGIN SOLUTION
    if not 0 <= rate <= 1 or not 1 <= k <= m:
        raise ValueError("a rate in [0, 1], and k windows of m")
    if rate in (0, 1):
        return float(rate)
    # The function grows, so halving finds the place. It goes on until no float lies between the two ends: then also a tiny
    # level has all its digits, which a fixed number of halvings or an absolute tolerance would not give it.
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if false_alarm_rate(middle, k=k, m=m) < rate:
            low = middle
        else:
            high = middle
    return high
    ### END SOLUTION


class DriftMonitor:
    """Compares windows of a stream with a reference, feature by feature, and keeps what it has seen.

    reference: {name of a feature: its values}, one feature or more. The arrays are copied: what the caller does with them
        afterwards changes nothing.
    test: a function of two arrays, `test(reference, window)`, that returns (effect, p-value): your `mean_shift` is one. It
        is called once for each feature of a window.
    rate: the promise. Where nothing changes, the probability that after a window *any* feature is in alarm is at most `rate`,
        and as close to it as the union bound allows; greater than 0 and less than 1.
    smallest: the smallest effect that matters, 0 or more.
    k, m: a feature is in alarm where it was suspicious in `k` or more of the last `m` windows, the newest among them.
        Of the windows before the first nothing is known; they were not suspicious.
    Raises ValueError where `reference` is empty, `rate` or `smallest` is out of its bounds (NaN is), or not 1 <= k <= m.

    It has an attribute `level`, a float: the level of the test of one feature in one window. It is that at which
    `false_alarm_rate` is `rate` divided by the number of features.

    >>> def by_hand(reference, window):  # the window brings its effect and its p-value along
    ...     return window[0], window[1]
    >>> monitor = DriftMonitor(reference={"length": np.zeros(5)}, test=by_hand, rate=0.028, smallest=0.5, k=2, m=3)
    >>> round(monitor.level, 6)
    0.1
    >>> [monitor.update({"length": np.array([effect, p])}) for effect, p in [(1, 0.02), (1, 0.7), (-1, 0.03), (0.2, 0.01)]]
    [[], [], ['length'], []]
    """

    def __init__(self, *, reference: Mapping[str, np.ndarray], test: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
                 rate: float, smallest: float, k: int, m: int):
        ### BEGIN SOLUTION
        if not reference or not 0 < rate < 1 or not smallest >= 0:
            raise ValueError("one feature or more, a rate between 0 and 1, and an effect of 0 or more")
        # The promise is about alarms of all features together. So the *rate* is shared among them, and then turned into a level:
        # the level itself shared would be smaller than it has to be, A(α) / d^k instead of A(α) / d.
        self.level = level_for(rate / len(reference), k=k, m=m)
        self.reference = {name: np.array(values) for name, values in reference.items()}
        self.test, self.smallest, self.k, self.m = test, smallest, k, m
        self.reset()
        ### END SOLUTION

    def update(self, window: Mapping[str, np.ndarray]) -> list[str]:
        """Take in the next window, {name of a feature: its values}; return the features in alarm, in the order of the reference.

        A feature is suspicious in this window where its p-value is at most `level` *and* the absolute value of its effect at
        least `smallest`. An alarm ends by itself, when fewer than k of the last m windows are suspicious.

        Raises ValueError where the window's features are not those of the reference, where a p-value is not in [0, 1], or an
        effect is NaN. Such a window is refused whole: it counts for no feature, and the monitor is as it was. So it is
        where `test` raises: the error goes on to the caller.
        """
        ### BEGIN SOLUTION
        if window.keys() != self.reference.keys():
            raise ValueError(f"the window has {sorted(window)}, and the reference {sorted(self.reference)}")
        suspicious = {}
        for name, values in self.reference.items():
            effect, p = self.test(values, window[name])
            if not 0 <= p <= 1 or math.isnan(effect):
                raise ValueError(f"the test of {name} gave the effect {effect} and the p-value {p}")
            suspicious[name] = p <= self.level and abs(effect) >= self.smallest
        # Nothing was remembered up to here, so a window that was refused has left no trace.
        for name, recent in self.recent.items():
            recent.append(suspicious[name])
        return [name for name, recent in self.recent.items() if sum(recent) >= self.k]
        ### END SOLUTION

    def reset(self) -> None:
        """Forget all windows, as after a repair; the reference stays."""
        ### BEGIN SOLUTION
        self.recent = {name: deque(maxlen=self.m) for name in self.reference}  # of each feature the last m windows
        ### END SOLUTION

### BEGIN AFTERWORD
# With k = 2 and m = 3 a rate of 0.028 lets each window have a level of 0.1, where a monitor that calls at once has 0.028. That is
# not for free: a shift of two standard errors of the window is found after 3.4 windows on average, and by the other monitor after
# 2.4; one of four after 2.02 and 1.04. No change is reported before its second window. What the wait buys is not in the
# formula: one strange window (an outage, a crawler, a batch job) alone calls nobody.
# The binomial distribution believes that the windows are independent. Those that overlap are not, and neither are windows that are
# compared with one reference: if it is off by chance, it is off for all of them. For a z-test of means and 2 of 3 the rate of 0.028 is
# 0.029 with a reference ten times as long as a window, 0.041 with twice, and 0.053 with one of the same length. So take a long
# one, and measure your monitor on a stream that has not changed before you promise anything.
### END AFTERWORD

### BEGIN HINTS
# 1. Begin with the promise: an alarm of any feature, with probability `rate`. How much of it may one feature use? And if one
#    feature may use that much for "k of m", how much may a single window use?
# 2. `math.comb(m, j)` counts the ways; add the terms from k to m. For the inverse, halve the interval from 0 to 1 until no float
#    lies between its ends. In `update`, first test all features, and only then remember; a `deque(maxlen=m)` of each
#    feature forgets by itself.
# 3. `self.level = level_for(rate / len(reference), k=k, m=m)`; `while low < (middle := (low + high) / 2) < high:`;
#    `suspicious[name] = p <= self.level and abs(effect) >= self.smallest`; `sum(recent) >= self.k`.
### END HINTS
