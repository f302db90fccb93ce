# what is wrong: first scales each measure to 0 to 1, which makes NaN of infinities.
# told: scales_first
r"""The Pareto front: which of several models are worth a look, if size, time and recall all count.

A model is *dominated* if another one is at least as good in everything and better in something. Nobody who knows both would take
it. For points $a$ and $b$ whose coordinates are all to be small,

$$a \text{ dominates } b \iff \bigl(\forall j : a_j \le b_j\bigr) \wedge \bigl(\exists j : a_j < b_j\bigr).$$

Those that nobody dominates are the *front*. Among them there is a choice to be made, and no computation makes it: smaller or
faster or better.

Source: Kung, Luccio and Preparata, "On finding the maxima of a set of vectors", Journal of the ACM 22 (1975), section 1; Deb,
"Multi-objective optimization using evolutionary algorithms" (2001), section 2.4.
"""
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int


def dominated(points: Float[np.ndarray, "models measures"], largest: Sequence[bool]) -> Bool[np.ndarray, "models"]:
    """Which of the points are dominated by another one.

    points   a row for each model and a column for each measure; infinities are numbers like others
    largest  for each column whether the largest value is the best one (recall); otherwise the smallest is (size, time)

    Of two equal points neither dominates the other: they are both dominated, or both not. There may be no points; there is
    always a measure.

    Raises ValueError where `largest` has not one entry for each column, and where a value is NaN. `points` is not changed.

    >>> points = np.array([[90.0, 0.775], [23.0, 0.770], [90.0, 0.767], [23.0, 0.770]])     # megabytes and recall
    >>> dominated(points, [False, True]).tolist()
    [False, False, True, False]
    """
    if len(largest) != points.shape[1]:
        raise ValueError("largest needs an entry for each column")
    if np.isnan(points).any():
        raise ValueError("a value is NaN")
    costs = np.where(np.asarray(largest, dtype=bool), -points, points)
    if len(costs) == 0:
        return np.zeros(0, dtype=bool)
    span = costs.max(axis=0) - costs.min(axis=0)
    costs = (costs - costs.min(axis=0)) / np.where(span == 0, 1.0, span)
    one, other = costs[:, None, :], costs[None, :, :]
    return ((one <= other).all(axis=2) & (one < other).any(axis=2)).any(axis=0)


def pareto_front(points: Float[np.ndarray, "models measures"], largest: Sequence[bool]) -> Int[np.ndarray, "front"]:
    """The places (int64) of the points that are not dominated, from the best in the first measure to the worst in it.

    Where the first measure is equal the second decides, from its best to its worst, then the third, and so on; equal points
    are all there, in the order in which they stand in `points`. With two measures the second one so gets better from point
    to point, as a line through the front is drawn.

    Raises ValueError as `dominated` does.

    >>> pareto_front(np.array([[90.0, 0.775], [23.0, 0.770], [90.0, 0.767], [4.0, 0.745]]), [False, True]).tolist()
    [3, 1, 0]
    """
    front = np.flatnonzero(~dominated(points, largest))
    costs = np.where(np.asarray(largest, dtype=bool), -points, points)[front]
    return front[np.lexsort(costs.T[::-1])].astype(np.int64)
