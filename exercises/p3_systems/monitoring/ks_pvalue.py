r"""How often chance does it: the p-value of the two-sample KS statistic, exact and asymptotic.

If both samples, of $n$ and $m$ values, come from one distribution, then each of the $\binom{n+m}{n}$ ways to say which of the
$n + m$ values are x's is as likely as any other. A way is a path on a lattice: it begins at $(0, 0)$, goes one step to
the right at each value of x, one up at each value of y, from the smallest value to the largest, and ends at $(n, m)$. At the
point $(i, j)$ the two step functions are $i/n$ and $j/m$. So

$$P(D \ge d) = 1 - \frac{\#\{\text{paths with } |i/n - j/m| < d \text{ at all of their points}\}}{\binom{n+m}{n}}.$$

For large samples, with $K = \sqrt{nm/(n+m)} \, D$,

$$P(K \ge t) \to 2 \sum_{k=1}^{\infty} (-1)^{k-1} e^{-2 k^2 t^2}
  = 1 - \frac{\sqrt{2\pi}}{t} \sum_{k=1}^{\infty} e^{-(2k-1)^2 \pi^2 / (8 t^2)}, \qquad t > 0.$$

Source: Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3, 1958; Kolmogorov, "Sulla
determinazione empirica di una legge di distribuzione", Giornale dell'Istituto Italiano degli Attuari 4, 1933; for ties:
Schröer and Trenkler, "Exact and randomization distributions of Kolmogorov-Smirnov tests", Computational Statistics & Data
Analysis 20, 1995.
"""
import math
from itertools import accumulate

import numpy as np
from jaxtyping import Float, Float64


def kolmogorov(scaled: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """The limit of P(K >= t) for each t of `scaled`: an array of float64 of the same shape, with values from 0 to 1.

    The relative error is at most 1e-10 for every t, also where the result is as small as 1e-300, and next to 0, where the
    result is 1: of the two series each converges quickly where the other does not. For t = inf it is 0. `scaled` is not
    changed, and nothing is warned of.

    >>> kolmogorov(np.array([0.0, 0.5, 1.0, 1.5])).round(4)
    array([1.    , 0.9639, 0.27  , 0.0222])

    Raises ValueError where a value is negative or NaN.
    """
    raise NotImplementedError


def exact_pvalue(statistic: float, n: int, m: int, *, ties: list[int] | None = None) -> float:
    """P(D >= statistic) for two samples of n and m values from one distribution, by counting lattice paths.

    `statistic` is the two-sided D of two samples of these sizes, as a float: a whole number divided by n m, rounded in its
    last digits. The distance at a point of a path is compared with it as the fraction that is meant. The relative error
    of the result is at most 1e-12, also where it is 1e-80. The sizes' product is at most 40,000.

    Without `ties` no two values are equal. Else `ties` says how often each distinct value occurs in both samples together,
    from the smallest value to the largest: [1, 3, 2] for 0.1, 0.5, 0.5, 0.5, 0.7, 0.7. The result is then the probability
    given these ties: all ways to say which of the values are x's are still as likely, but within equal values the two
    functions have no points at which they could be compared. That p-value is never larger than the one without ties.

    >>> exact_pvalue(1.0, 2, 2)  # 2 of 6 paths: right, right, up, up and up, up, right, right
    0.3333333333333333
    >>> exact_pvalue(0.5, 2, 2), exact_pvalue(0.5, 2, 2, ties=[2, 2])
    (1.0, 0.3333333333333333)

    Raises ValueError where the statistic is not from 0 to 1 (NaN is not), where a size is less than 1, and where `ties` are
    not whole numbers from 1 with the sum n + m.
    """
    raise NotImplementedError


def ks_pvalue(statistic: float, n: int, m: int, *, method: str = "auto", ties: list[int] | None = None) -> float:
    """The two-sided p-value of the KS statistic of samples of n and m values.

    `method` is "exact" for `exact_pvalue`, with `ties` if there are any; "asymptotic" for `kolmogorov` at the scaled statistic,
    whatever the ties; and "auto" for the exact one where n m is at most 10,000, and else the asymptotic one.

    >>> round(ks_pvalue(0.3, 20, 30), 6), round(ks_pvalue(0.3, 20, 30, method="asymptotic"), 6)
    (0.202357, 0.230296)

    Raises ValueError where the statistic is not from 0 to 1, where a size is less than 1, and for another method.
    """
    raise NotImplementedError
