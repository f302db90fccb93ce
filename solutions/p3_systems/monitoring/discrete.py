r"""Counts: the chi-square test for two samples of categories, and a permutation test for any statistic.

Two samples of categories are a table of counts $O_{rc}$ with two rows and a column for each category. If both come from one
distribution, the best guess of a count is

$$E_{rc} = \frac{O_{r \cdot} \, O_{\cdot c}}{O_{\cdot\cdot}}, \qquad X^2 = \sum_{r, c} \frac{(O_{rc} - E_{rc})^2}{E_{rc}},$$

where a dot is a sum. For large counts $X^2$ has the chi-square distribution with $\nu = k - 1$ degrees of freedom, $k$ the
number of categories that occur, and $P(\chi^2_\nu \ge s) = Q(\nu / 2, s / 2)$ with $Q$ the upper regularised incomplete gamma
function, `scipy.special.gammaincc`.

A permutation test needs no large counts: if both samples come from one distribution, each way to split all values in two is as
likely as any other. With $b$ of $B$ random splits at least as extreme as the samples themselves,

$$p = \frac{b + 1}{B + 1}.$$

Source: Pearson, Philosophical Magazine 50, 1900; Cochran, "Some methods for strengthening the common χ² tests", Biometrics 10,
1954; Phipson and Smyth, "Permutation p-values should never be zero", Statistical Applications in Genetics and Molecular
Biology 9, 2010.
"""
from collections.abc import Callable

import numpy as np
from jaxtyping import Int, Int64, Real
from scipy.special import gammaincc


def count_table(x: Int[np.ndarray, "n"], y: Int[np.ndarray, "m"]) -> tuple[Int64[np.ndarray, "k"], Int64[np.ndarray, "2 k"]]:
    """The categories that occur in either sample, in ascending order, and how often each occurs in x (row 0) and y (row 1).

    A category is any whole number, also a negative or a huge one. One that occurs in one sample only counts 0 in the other:
    a category that was never seen before is what a monitor must not miss. The samples are not changed.

    >>> count_table(np.array([3, 1, 3]), np.array([1, 7]))
    (array([1, 3, 7]), array([[1, 2, 0],
           [1, 0, 1]]))

    Raises ValueError where a sample is empty.
    """
    ### BEGIN SOLUTION
    if not x.size or not y.size:
        raise ValueError("a sample is empty")
    categories = np.unique(np.concatenate([x, y]))
    # The place of each value among the categories, then how often each place occurs: (2, k).
    counts = [np.bincount(np.searchsorted(categories, sample), minlength=len(categories)) for sample in (x, y)]
    return categories.astype(np.int64), np.array(counts, dtype=np.int64)
    ### END SOLUTION


def pool_small(table: Int[np.ndarray, "2 k"], *, least: float = 5.0) -> Int64[np.ndarray, "2 j"]:
    """A table in which every expected count is at least `least`, as far as adding up categories can do it.

    Categories of which one of the two expected counts is below `least` are added up, into one new category that stands last;
    the others stay in their order. If an expected count of the new category is still below `least`, the other category with
    the smallest total is added to it (of equal totals the first), and so on, at most until one category is left. If no
    expected count is below `least`, the result is a copy. A count of exactly `least` is not below it, and rounding is not to
    make it so. `table` is not changed. No row of it is all zeros.

    >>> pool_small(np.array([[50, 4, 30, 2], [40, 2, 50, 6]]))
    array([[50, 30,  6],
           [40, 50,  8]])
    """
    ### BEGIN SOLUTION
    # The smaller sample has the smaller expected count, size * total / both sizes. In integers a count of exactly 5 is one.
    size, both, totals = table.sum(axis=1).min(), table.sum(), table.sum(axis=0)    # totals: (k,)
    small = totals * size < least * both
    if not small.any():
        return table.astype(np.int64)

    # What is small is added up; then, from the smallest total up, as many more as it takes.
    while totals[small].sum() * size < least * both and not small.all():
        small[np.where(small, np.inf, totals).argmin()] = True
    return np.column_stack([table[:, ~small], table[:, small].sum(axis=1)]).astype(np.int64)  # (2, others + 1)
    ### END SOLUTION


def chi_square(table: Int[np.ndarray, "2 k"]) -> tuple[float, int, float]:
    """(X², degrees of freedom, p-value) of a table of counts, without a correction for continuity.

    A category of which neither sample has any value is left out, and adds no degree of freedom. Where one category is left
    the samples cannot differ: the result is (0.0, 0, 1.0). `table` is not changed. Where expected counts are below 5 the
    p-value is not to be trusted; whether to pool them is for the caller to say.

    >>> statistic, freedom, p = chi_square(np.array([[20, 30, 50], [30, 30, 40]]))
    >>> round(statistic, 4), freedom, round(p, 4)
    (3.1111, 2, 0.2111)

    Raises ValueError where a count is negative, and where a row is all zeros.
    """
    ### BEGIN SOLUTION
    if (table < 0).any() or not table.any(axis=1).all():
        raise ValueError("a count is negative, or a sample is empty")
    observed = table[:, table.any(axis=0)].astype(np.float64)       # (2, categories that occur)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    freedom = observed.shape[1] - 1
    if freedom == 0:
        return 0.0, 0, 1.0
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(statistic), freedom, float(gammaincc(freedom / 2, statistic / 2))
    ### END SOLUTION


def permutation_pvalue(x: Real[np.ndarray, "n"], y: Real[np.ndarray, "m"], statistic: Callable, *, permutations: int,
                       rng: np.random.Generator) -> float:
    """The two-sided p-value of `statistic(x, y)`, by random splits of all values into samples of n and m.

    `statistic` takes two arrays and returns a number. It is called once for the samples themselves and once for each of the
    `permutations`, and large absolute values are extreme. A split counts as at least as extreme from
    |T| (1 - 1e-9) on, T being the samples' own: sums of the same numbers in another order differ in their last digits. All
    splits come from `rng`, and from no other source. The samples are not changed.

    >>> difference = lambda x, y: x.mean() - y.mean()
    >>> x, y = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([6.0, 7.0, 8.0, 9.0])
    >>> permutation_pvalue(x, y, difference, permutations=999, rng=np.random.default_rng(0)) < 0.05
    True

    Raises ValueError where a sample is empty, where `permutations` is less than 1, and where T is NaN: NaN is neither smaller
    nor larger than any other, and would look like the most extreme of all.
    """
    ### BEGIN SOLUTION
    if not x.size or not y.size or permutations < 1:
        raise ValueError("a sample is empty, or there are no permutations")
    observed = abs(statistic(x, y))
    if np.isnan(observed):
        raise ValueError("the statistic of the samples is NaN")

    pooled, extreme = np.concatenate([x, y]), 0
    for _ in range(permutations):
        shuffled = rng.permutation(pooled)                          # (n + m,)
        extreme += bool(abs(statistic(shuffled[:len(x)], shuffled[len(x):])) >= observed * (1 - 1e-9))
    # The samples' own split is one of those that chance could have made: it counts too.
    return (extreme + 1) / (permutations + 1)
    ### END SOLUTION

### BEGIN AFTERWORD
# The +1 is no kindness. Without it a p-value can be 0, and "p at most 0.001" is true more often than in one of 1000 cases: with
# it the test is valid for every B. What B limits is how small a p-value can be: 999 permutations say 0.001 and never less.
# Chi-square looks at categories as names. That the categories 1, 2, 3 have an order is lost, and with it power: where there is an
# order, the KS statistic with its ties, or a permutation test of a difference of means, sees more.
### END AFTERWORD

### BEGIN HINTS
# 1. Which categories are there? Ask both samples at once. A small category is found by its *expected* counts, and the smaller of
#    the two is the one of the smaller sample. In the permutation test, ask which splits are as good as the one that you have.
# 2. `np.searchsorted(categories, sample)` gives places, and `np.bincount(..., minlength=k)` counts them, with zeros. The expected
#    counts are an outer product of the sums, over the total. `rng.permutation` of the pooled values, cut at n, is a split.
# 3. `expected = np.outer(table.sum(1), table.sum(0)) / table.sum()`; p is `gammaincc((k - 1) / 2, statistic / 2)`;
#    pooling: `while totals[small].sum() * size < least * both and not small.all()`, add `np.where(small, np.inf, totals).argmin()`;
#    `(extreme + 1) / (permutations + 1)`, with `>= observed * (1 - 1e-9)`.
### END HINTS
