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

    >>> points = np.array([[90.0, 0.827], [23.0, 0.823], [90.0, 0.780], [23.0, 0.823]])     # megabytes and recall
    >>> dominated(points, [False, True]).tolist()
    [False, False, True, False]
    """
    ### BEGIN SOLUTION
    if len(largest) != points.shape[1]:
        raise ValueError(f"{len(largest)} directions for {points.shape[1]} measures")
    if np.isnan(points).any():
        raise ValueError("a value is NaN: it is neither better nor worse than any other")
    costs = np.where(np.asarray(largest, dtype=bool), -points, points)              # (models, measures), all to be small

    one, other = costs[:, None], costs[None, :]                                     # of the row, and of who might dominate it
    as_good = (other <= one).all(axis=-1)                                           # (models, models)
    better = (other < one).any(axis=-1)
    return (as_good & better).any(axis=1)                                           # (models,)
    ### END SOLUTION


def pareto_front(points: Float[np.ndarray, "models measures"], largest: Sequence[bool]) -> Int[np.ndarray, "front"]:
    """The places (int64) of the points that are not dominated, from the best in the first measure to the worst in it.

    Where the first measure is equal the second decides, from its best to its worst, then the third, and so on; equal points
    are all there, in the order in which they stand in `points`. With two measures the second one so gets better from point
    to point, as a line through the front is drawn; only between equal points it stays the same.

    Raises ValueError as `dominated` does.

    >>> pareto_front(np.array([[90.0, 0.827], [23.0, 0.823], [90.0, 0.780], [23.0, 0.823]]), [False, True]).tolist()
    [1, 3, 0]
    """
    ### BEGIN SOLUTION
    places = np.flatnonzero(~dominated(points, largest))                            # (front,)
    costs = np.where(np.asarray(largest, dtype=bool), -points, points)[places]      # (front, measures), all to be small
    # lexsort takes its last key as the most important one, and keeps the order of what is equal in all.
    return places[np.lexsort(costs.T[::-1])]
    ### END SOLUTION

### BEGIN AFTERWORD
# Each measure that is added makes the front longer: with enough of them nobody is dominated, and the front says nothing. Choose
# the two or three that somebody pays for.
# The points of a study are measured, each with an interval. A model that is *just* dominated, by less than the noise, is not a
# worse model: draw the intervals too.
# Comparing all pairs takes n² time. For two measures a sort and one walk along it do; with ten models it is no matter.
### END AFTERWORD

### BEGIN HINTS
# 1. Turn the measures that are to be large round first, so that all are to be small. Then: "at least as good in all" and "better
#    in one" are an `all` and an `any` over the measures.
# 2. Compare each point with each by broadcasting, (models, 1, measures) with (1, models, measures). A point is as good as itself
#    in all and better in nothing, so it needs no exception. For the order: `np.lexsort`, whose last key counts most.
# 3. `costs = np.where(largest, -points, points)`; `((costs[None] <= costs[:, None]).all(-1) & (costs[None] < costs[:, None])
#    .any(-1)).any(1)`; `places[np.lexsort(costs[places].T[::-1])]`.
### END HINTS
