# what is wrong: sorts by value and reverses for a largest first measure, which reverses equal points as well.
# told: equal_points_reversed
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
    models, measures = points.shape
    if len(largest) != measures:
        raise ValueError(f"{len(largest)} directions for {measures} measures")
    if np.any(points != points):
        raise ValueError("NaN")

    def dominates(a, b) -> bool:
        better = False
        for x, y, big in zip(a, b, largest):
            if big:
                x, y = y, x
            if x > y:
                return False
            if x < y:
                better = True
        return better

    rows = points.tolist()
    return np.array([any(dominates(a, b) for a in rows) for b in rows], dtype=bool)


def pareto_front(points: Float[np.ndarray, "models measures"], largest: Sequence[bool]) -> Int[np.ndarray, "front"]:
    """The places (int64) of the points that are not dominated, from the best in the first measure to the worst in it.

    Where the first measure is equal the second decides, from its best to its worst, then the third, and so on; equal points
    are all there, in the order in which they stand in `points`. With two measures the second one so gets better from point
    to point, as a line through the front is drawn.

    Raises ValueError as `dominated` does.

    >>> pareto_front(np.array([[90.0, 0.775], [23.0, 0.770], [90.0, 0.767], [4.0, 0.745]]), [False, True]).tolist()
    [3, 1, 0]
    """
    out = dominated(points, largest)
    signs = [1.0 if big == largest[0] else -1.0 for big in largest]

    def key(place: int) -> tuple:
        return tuple(sign * value for sign, value in zip(signs, points[place].tolist()))

    places = sorted((place for place in range(len(points)) if not out[place]), key=key)
    if largest[0]:
        places = places[::-1]
    return np.array(places, dtype=np.int64)
