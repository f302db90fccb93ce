"""The Pareto front."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises
from tests.p3_systems.compression import probes_pareto as probes
from tests.strategies import seeds, values

few = settings(max_examples=25)
DIRECTIONS = [[False, True], [True, False], [False, False], [True], [False, True, True], [False, False, True, False]]
directions = st.sampled_from(DIRECTIONS)


def beaten(points, largest):
    """What is right by the definition: for each point a loop over all others."""
    rows = [[-x if up else x for x, up in zip(row, largest)] for row in points.tolist()]
    return np.array([any(all(b <= a for a, b in zip(row, other)) and any(b < a for a, b in zip(row, other)) for other in rows)
                     for row in rows], dtype=bool)


def front(points, largest):
    """The others' places, by sorting tuples: their costs, then their place."""
    rows = [[-x if up else x for x, up in zip(row, largest)] for row in points.tolist()]
    left = [place for place, gone in enumerate(beaten(points, largest)) if not gone]
    return np.array(sorted(left, key=lambda place: (rows[place], place)), dtype=np.int64)


ORACLES = {"dominated": beaten, "pareto_front": front}
BOTH = pytest.mark.parametrize("function", ["dominated", "pareto_front"])


def check(work, function, points, largest):
    want = ORACLES[function](points, largest)
    got = getattr(work, function)(points, list(largest))
    expect(got, equals=want, given={"points": points.copy(), "largest": list(largest)})


def spread(count, largest, seed):
    """Points near a front, all values different: what is better in one measure is mostly worse in another."""
    draw = np.random.default_rng(seed)
    columns = [draw.permutation(2 * count)[:count] for _ in largest]
    order = np.sort(columns[0])
    columns[0] = order
    if len(largest) > 1:
        columns[1] = np.sort(columns[1])[::-1] if largest[0] == largest[1] else np.sort(columns[1])
        swapped = draw.integers(count, size=2)
        columns[1] = columns[1].copy()
        columns[1][swapped] = columns[1][swapped[::-1]]
    points = np.stack(columns, axis=1) / 8
    return points[draw.permutation(count)]                               # (count, measures)


@few
@given(count=st.integers(2, 9), largest=directions, seed=seeds)
def test_dominated(work, count, largest, seed):
    """dominated: True where another point is at least as good in all measures and better in one."""
    for shift in (0, 1):
        check(work, "dominated", spread(count, largest, seed + shift), largest)
        check(work, "dominated", values((count, len(largest)), seed + shift, low=-1, high=1), largest)


@few
@given(count=st.integers(2, 8), largest=directions, seed=seeds)
def test_dominated_where_values_repeat(work, count, largest, seed):
    """dominated: an equal value in one measure is as good, and of two equal points neither dominates the other."""
    for shift in (0, 1):
        points = np.sign(values((count, len(largest)), seed + shift))    # -1, 0 and 1: many are equal
        check(work, "dominated", np.concatenate([points, points[:1]]), largest)


@few
@given(count=st.integers(2, 9), largest=directions, seed=seeds)
def test_front(work, count, largest, seed):
    """pareto_front: the places of those that are not dominated, from the best in the first measure to the worst."""
    for shift in (0, 1):
        check(work, "pareto_front", spread(count, largest, seed + shift), largest)


@few
@given(seed=seeds, largest=st.sampled_from([each for each in DIRECTIONS if len(each) > 2]))
def test_order_of_the_front(work, seed, largest):
    """pareto_front: where the first measure is equal the next one decides, and equal points are all there, in their order."""
    for shift in (0, 1):
        draw = np.random.default_rng(seed + shift)
        up = np.where(largest, 1.0, -1.0)
        # The same in the first measure; the second and the third trade one for the other, so nobody is dominated.
        trade = draw.permutation(5) / 8
        points = np.zeros((5, len(largest)))
        points[:, 0], points[:, 1], points[:, 2] = 0.5, up[1] * trade, -up[2] * trade
        points = np.concatenate([points, points[draw.permutation(5)[:2]]])
        points = points[draw.permutation(len(points))]
        check(work, "pareto_front", points, largest)


@BOTH
def test_edges(work, function):
    """No points, one point, one measure, infinite values, integers for directions, and values that nearly agree."""
    check(work, function, np.array([[0.5, 1.0], [0.25, 2.0]]), [False, True])
    check(work, function, np.zeros((0, 2)), [False, True])
    for value in (1.0, 5.0):
        check(work, function, np.array([[value, value]]), [True, False])
        check(work, function, np.array([[value], [2.0], [value], [3.0], [-3.0]]), [True])
        check(work, function, np.array([[value], [2.0], [value], [3.0], [-3.0]]), [False])
        inf = np.inf
        check(work, function, np.array([[inf, 1.0], [inf, value], [-inf, -inf], [3.0, inf], [value, -inf], [inf, inf]]), [False, True])
        near = np.array([[value, 1.0], [np.nextafter(value, 9), 1.0], [value, 1.0 + 1e-12]])
        check(work, function, near, [False, True])
        check(work, function, np.array([[value, 1.0], [value - 1e-12, 1.0 - 1e-12], [value + 1.0, 1.0]]), [False, True])
        check(work, function, near[::-1].copy(), [True, False])


@BOTH
@pytest.mark.parametrize("layout", ["Fortran", "strided", "float32"])
def test_leaves_its_arguments(work, function, layout):
    """The points and the directions are not changed, however the points lie in memory, and float32 is taken too."""
    for seed in (1, 2):
        for largest in ([False, True], [True, True, False]):
            points = values((6, len(largest)), seed, low=-2, high=2)
            want = ORACLES[function](points, largest)
            got, after, said = work.run(probes.ask, function, points, largest, layout)
            given = {"points": points, "largest": largest, "layout": layout}
            expect(got, equals=want, given=given)
            expect(after, equals=points.astype("float32") if layout == "float32" else points, given=given, note="the points, afterwards")
            expect(said, equals=largest, given=given, note="the directions, afterwards")


@BOTH
@pytest.mark.parametrize("why", ["too few directions", "too many directions", "one direction for all", "NaN"])
def test_refuses(work, function, why):
    """ValueError where the directions are not as many as the measures, and where a value is NaN."""
    for seed in (3, 4):
        points = values((4, 3), seed)
        check(work, function, points, [False, True, True])  # else who always refuses would pass
        largest = {"too few directions": [False, True], "too many directions": [False] * 4, "one direction for all": [True],
                   "NaN": [False, True, True]}[why]
        for place in (0, 3):
            bad = points.copy()
            if why == "NaN":
                bad[place, 1] = np.nan
            with expect_raises(ValueError, given={"points": bad, "largest": largest}):
                getattr(work, function)(bad, largest)
