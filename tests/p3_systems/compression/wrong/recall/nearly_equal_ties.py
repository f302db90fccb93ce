# what is wrong: takes scores for equal that are only close to each other.
# told: nearly_equal_scores
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
    number of documents. With as many or fewer documents than `k` all are shown. There may be no queries.

    Raises ValueError where `k` is less than 1, where a score is NaN, and where a query has no relevant document.

    >>> scores = np.array([[0.9, 0.5, 0.7, 0.5], [0.2, 0.2, 0.2, 0.2]])
    >>> relevant = np.array([[True, True, False, False], [False, False, True, False]])
    >>> recall_at(scores, relevant, 1).tolist(), recall_at(scores, relevant, 3).tolist()
    ([0.5, 0.25], [0.75, 0.75])
    """
    if k < 1:
        raise ValueError("k is less than 1")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN")
    if not relevant.any(axis=1).all():
        raise ValueError("a query has no relevant document")
    queries, documents = scores.shape
    if k >= documents:
        return np.ones(queries)
    last = np.partition(scores, documents - k, axis=1)[:, documents - k, None]
    equal = np.isclose(scores, last)
    above = (scores > last) & ~equal
    left = k - above.sum(axis=1, keepdims=True)
    shown = above + equal * (left / equal.sum(axis=1, keepdims=True))
    return (shown * relevant).sum(axis=1) / relevant.sum(axis=1)


def paired_interval(first: Float[np.ndarray, "queries"], second: Float[np.ndarray, "queries"], *,
                    generator: np.random.Generator, resamples: int = 2_000, confidence: float = 0.95) -> Interval:
    """The mean of `second - first`, and between what two numbers it lies: a bootstrap interval by percentiles.

    first, second  a number for each query, of two systems that answered the same queries in the same order

    In a resample a query brings the numbers of both systems along. The queries of all resamples are drawn by
    `generator.integers(n, size=(resamples, n))`, a row for each resample; rows that are drawn one after the other, each of
    size `n`, are the same, and nothing else is drawn. The mean is that of the queries themselves. The ends are the quantiles
    `(1 - confidence) / 2` and `(1 + confidence) / 2` of the resamples' means, by `np.quantile` as it is without options.
    All is computed in float64.

    Raises ValueError where there is no query, where a number is not finite, where `resamples` is less than 1, and where
    `confidence` is not between 0 and 1 (neither of both); NaN is not.

    >>> old, new = np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 1.0, 1.0])
    >>> paired_interval(old, new, generator=np.random.default_rng(0))
    Interval(mean=0.4, low=0.0, high=0.8)
    """
    n = len(first)
    if n == 0:
        raise ValueError("no query")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("a number is not finite")
    if resamples < 1:
        raise ValueError("no resample")
    if not 0 < confidence < 1:
        raise ValueError("confidence is not between 0 and 1")
    differences = second.astype(np.float64) - first.astype(np.float64)
    means = differences[generator.integers(n, size=(resamples, n))].mean(axis=1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(differences.mean()), float(low), float(high))
