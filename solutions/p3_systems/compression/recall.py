r"""Recall, and an interval for a difference: which of two searches finds more, and how sure is that?

A search gives each document a score for a query. Its first $k$ documents are shown, and *recall at $k$* is the share of
the relevant ones among them. Where scores are equal, no order is the right one: as many as fit are in, by chance. Let $t$ be the
$k$-th largest score. All documents above $t$ are shown, $a$ of them; the $k - a$ places that are left go to the $e$ documents
with the score $t$, each with the same probability. So document $j$ is shown with the probability

$$p_j = \begin{cases} 1 & s_j > t \\ (k - a) / e & s_j = t \\ 0 & s_j < t, \end{cases}$$

and the expected recall is the mean of $p_j$ over the relevant documents.

Two searches that answered the same $n$ queries give $n$ differences $d_i$ of their recalls. How far their mean would be off
with other queries, the queries that are there can tell: draw $n$ of the $d_i$ with replacement, take the mean, do that many times,
and leave out the lowest and the highest means (the *bootstrap*).

Sources: McSherry and Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores",
ECIR 2008; Efron and Tibshirani, "An introduction to the bootstrap" (1993), section 13.3, for percentile intervals; Koehn,
"Statistical significance tests for machine translation evaluation", EMNLP 2004, for resampling two systems together.
"""
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float


class Interval(NamedTuple):
    """A mean difference, and the two ends of its interval. This class is given."""

    mean: float
    low: float
    high: float


def recall_at(scores: Float[np.ndarray, "queries documents"], relevant: Bool[np.ndarray, "queries documents"],
              k: int) -> Float[np.ndarray, "queries"]:
    """The expected recall of each query, float64: the share of its relevant documents that are among its first `k`.

    scores    of each document for each query, the larger the better; of any float dtype, infinities are numbers like others
    relevant  True where the document is one that the query should find

    Documents with equal scores come in an order that is drawn at random, and what is returned is the mean over all such
    orders: computed, not drawn. So if all scores are equal, each relevant document is shown with the probability `k` over the
    number of documents. With as many or fewer documents than `k` all are shown. There may be no queries. Arrays of other shapes
    than the signature has need no check.

    Raises ValueError where `k` is less than 1, where a score is NaN, and where a query has no relevant document.

    >>> scores = np.array([[0.9, 0.5, 0.7, 0.5], [0.2, 0.2, 0.2, 0.2]])
    >>> relevant = np.array([[True, True, False, False], [False, False, True, False]])
    >>> recall_at(scores, relevant, 1).tolist(), recall_at(scores, relevant, 3).tolist()
    ([0.5, 0.25], [0.75, 0.75])
    """
    ### BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"{k} documents are shown; one is the least")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN: it is neither above nor below any other")
    if not relevant.any(axis=1).all():
        raise ValueError("a query has no relevant document: its recall is 0 / 0")
    documents = scores.shape[1]
    if k >= documents:
        return np.ones(len(scores))

    # The k-th largest score of each query stands at documents - k when the smallest come first.
    last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]      # (queries, 1)
    above, equal = scores > last, scores == last                                    # (queries, documents)
    left = k - above.sum(axis=1, keepdims=True)                                     # (queries, 1): places for the equal ones
    shown = above + equal * (left / equal.sum(axis=1, keepdims=True))               # (queries, documents): probabilities
    return (shown * relevant).sum(axis=1) / relevant.sum(axis=1)                    # (queries,)
    ### END SOLUTION


def paired_interval(first: Float[np.ndarray, "queries"], second: Float[np.ndarray, "queries"], *,
                    generator: np.random.Generator, resamples: int = 2_000, confidence: float = 0.95) -> Interval:
    """The mean of `second - first`, and between what two numbers it lies: a bootstrap interval by percentiles.

    first, second  a number for each query, of two systems that answered the same queries in the same order

    In a resample a query brings the numbers of both systems along. The queries of all resamples are drawn by
    `generator.integers(n, size=(resamples, n))`, a row for each resample; rows that are drawn one after the other, each of
    size `n`, are the same, and nothing else is drawn. The mean is that of the queries themselves. The ends are the quantiles
    `(1 - confidence) / 2` and `(1 + confidence) / 2` of the resamples' means, by `np.quantile` as it is without options.
    All is computed in float64. Both arrays are equally long, as the signature has it, which needs no check.

    Raises ValueError where there is no query, where a number is not finite, where `resamples` is less than 1, and where
    `confidence` is not between 0 and 1 (neither of both); NaN is not.

    >>> old, new = np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 1.0, 1.0])
    >>> paired_interval(old, new, generator=np.random.default_rng(0))
    Interval(mean=0.4, low=0.0, high=0.8)
    """
    ### BEGIN SOLUTION
    if not len(first):
        raise ValueError("there are no queries")
    differences = np.subtract(second, first, dtype=np.float64)                      # (queries,)
    if not np.isfinite(differences).all():
        raise ValueError("a difference is not finite")
    if resamples < 1 or not 0 < confidence < 1:
        raise ValueError("an interval takes one resample or more, and a confidence between 0 and 1")

    # Drawing the differences keeps the pairs together: what makes a query hard for both systems falls out.
    means = np.empty(resamples)
    for place in range(resamples):                                                  # a row at a time: little memory
        means[place] = differences[generator.integers(len(differences), size=len(differences))].mean()
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(differences.mean()), float(low), float(high))
    ### END SOLUTION

### BEGIN AFTERWORD
# Ties are not rare where models are made small: with scores in eight bits many documents are equal, and identical documents always
# are. An `argsort` breaks ties by place, and where the right answers stand first in the index that is a present: a model that
# gives every document the same score would find everything.
# The interval says what other queries *of the same kind* would have changed. It knows nothing of another index, of another
# seed in training, or of queries that users ask and docstrings do not.
# Two separate intervals that overlap do not say that a difference is nothing. The pairs do: most queries are easy or hard for
# both systems, and that part falls out of the difference.
### END AFTERWORD

### BEGIN HINTS
# 1. Which documents are surely in, which surely out, and how many places are left for the rest? Find the k-th largest score of
#    each query first. For the interval: what is one number for each query, in which both systems are in?
# 2. `np.partition` puts the k-th largest where sorting would put it. Count `scores > last` and `scores == last` in each row, and
#    give the equal ones the share `left / equal`. For the interval draw rows of places, index the differences, take means.
# 3. `last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]`; `left = k - above.sum(axis=1, keepdims=True)`;
#    `shown = above + equal * (left / equal.sum(axis=1, keepdims=True))`. For the interval:
#    `differences[generator.integers(n, size=(resamples, n))].mean(axis=1)`, then `np.quantile`.
### END HINTS
