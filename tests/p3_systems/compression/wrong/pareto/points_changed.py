# what is wrong: turns the signs in the caller's array.
# told: changes_the_points
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
    if points.shape[1] != len(largest):
        raise ValueError("largest")
    if np.isnan(points).any():
        raise ValueError("NaN")
    for column, big in enumerate(largest):
        if big:
            points[:, column] = np.negative(points[:, column])
    result = np.zeros(len(points), dtype=bool)
    # whoever dominates a point stands before it in this order, and on the front stands one who does
    front = np.empty_like(points)
    size = 0
    for place in np.lexsort(points.T[::-1]):
        point, before = points[place], front[:size]
        if (np.all(before <= point, axis=1) & np.any(before < point, axis=1)).any():
            result[place] = True
        else:
            front[size] = point
            size += 1
    return result


def pareto_front(points: Float[np.ndarray, "models measures"], largest: Sequence[bool]) -> Int[np.ndarray, "front"]:
    """The places (int64) of the points that are not dominated, from the best in the first measure to the worst in it.

    Where the first measure is equal the second decides, from its best to its worst, then the third, and so on; equal points
    are all there, in the order in which they stand in `points`. With two measures the second one so gets better from point
    to point, as a line through the front is drawn.

    Raises ValueError as `dominated` does.

    >>> pareto_front(np.array([[90.0, 0.775], [23.0, 0.770], [90.0, 0.767], [4.0, 0.745]]), [False, True]).tolist()
    [3, 1, 0]
    """
    places = np.arange(len(points), dtype=np.int64)[~dominated(points.copy(), largest)]
    # stable sorts, from the last measure to the first
    for column in reversed(range(points.shape[1])):
        values = points[places, column]
        places = places[np.argsort(-values if largest[column] else values, kind="stable")]
    return places
