"""Undo broadcasting."""
import itertools

import numpy as np
import pytest
from hypothesis import given

from grader.judge import expect, expect_raises, supporting
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS
from tests.strategies import arrays, broadcast_pairs, shapes, values


def gather_copies(grad, shape):
    """The oracle, by brute force: follow every element of `grad` back to where broadcasting took it from."""
    source = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), grad.shape)
    total = np.zeros(int(np.prod(shape)), dtype=np.float64)
    for place, value in zip(source.ravel(), grad.ravel()):
        total[place] += value
    return total.reshape(shape).astype(grad.dtype)


def check(work, grad, shape):
    """The sum of `grad` by brute force, computed before the call: a change of `grad` must not change it."""
    want, given = gather_copies(grad, shape), {"grad": grad.copy(), "shape": shape}
    expect(work.unbroadcast(grad, shape), equals=want, given=given)


@supporting
@given(arrays(shapes(min_side=0)))
def test_keeps_what_was_not_broadcast(work, grad):
    """A gradient keeps its shape and values when nothing was broadcast."""
    check(work, grad, grad.shape)


@given(broadcast_pairs())
def test_sums_over_copies(work, pair):
    """A gradient is summed over the axes that broadcasting added or stretched."""
    grad, shape = pair
    check(work, grad, shape)


@pytest.mark.parametrize("full, shape", [((3, 4), (4,)), ((2, 3, 4), (4,)), ((2, 3), ()), ((5,), (1,))])
def test_removes_new_axes(work, full, shape):
    """Axes that broadcasting put in front are gone again."""
    for seed in (3, 13):  # two of one shape: who remembers the first sum has the second one wrong
        check(work, values(full, seed), shape)


@pytest.mark.parametrize("full, shape", [((3, 4), (3, 1)), ((2, 3, 4), (2, 1, 4)), ((2, 3, 4), (1, 3, 1)), ((3, 3), (1, 3))])
def test_keeps_axes_of_length_one(work, full, shape):
    """Axes of length 1 that were stretched are length 1 again, not gone."""
    for seed in (4, 14):
        check(work, values(full, seed), shape)


@pytest.mark.parametrize("full, shape", [((0, 4), (4,)), ((0, 3), (1, 3)), ((2, 0), (2, 1)), ((0,), ()), ((2, 0), (0,))])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_no_copies_give_zero(work, full, shape, dtype):
    """A value that was copied zero times has gradient 0."""
    check(work, np.ones(full, dtype), shape)
    for seed in (6, 16):  # and where there are copies, it has not
        check(work, values((2, 3), seed).astype(dtype), (3,))


# The sum over one axis, over several, over all of them, of no copies, and over none.
KINDS = [((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 4), (1, 3, 1)), ((2, 1, 2, 2, 2, 3), (1, 1, 1, 1)), ((4, 3), ()),
         ((5,), ()), ((), ()), ((0, 4), (4,)), ((2, 0), (1, 1)), ((3, 4), (3, 4))]


def sums_of_two(work, full, shape, dtype, layout, seed):
    """Two gradients with their sums by brute force, what became of both, and the words that say which they are."""
    first, second = ((values(full, s) / 3).astype(dtype) for s in (seed, seed + 1))
    sums, after = work.run(probes.unbroadcasts_two, first, second, shape, layout=layout)
    given = {"grad": first, "shape": shape, "dtype": np.dtype(dtype).name} | ({"layout": layout} if layout else {})
    return (first, second), sums, after, given


@pytest.mark.parametrize("full, shape", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_dtype_and_takes_any_layout(work, full, shape, dtype):
    """A sum has the dtype of the gradient and its precision, however the gradient lies in memory."""
    # Thirds are exact in no dtype. A sum of float64 that goes through float32 is wrong in the eighth digit, and one of
    # float32 that goes through float16 in the fourth; to add in another order changes the last one or two.
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    for layout in LAYOUTS:
        (grad, _), (total, _), _, given = sums_of_two(work, full, shape, dtype, layout, seed=5)
        expect(total, equals=gather_copies(grad, shape), given=given, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("full, shape", KINDS)
@pytest.mark.parametrize("layout", [None, *LAYOUTS])
def test_leaves_everything_as_it_was(work, full, shape, layout):
    """A gradient that comes in is not changed, and the sum of another one changes no earlier sum."""
    gradients, sums, after, given = sums_of_two(work, full, shape, np.float64, layout, seed=7)
    expect(after, equals=list(gradients), given=given, note="a gradient that was passed in, afterwards")
    expect(sums[0], equals=gather_copies(gradients[0], shape), given=given,
           note="the sum, after another gradient was summed to the same shape")


def broadcasts(full, shape):
    try:
        return np.broadcast_shapes(full, shape) == full
    except ValueError:
        return False


# Small shapes, and each pair of them.
SMALL = [(), (0,), (1,), (2,), (3,), (1, 0), (2, 0), (1, 2), (2, 1), (2, 3), (3, 2), (1, 1, 3)]
PAIRS = list(itertools.product(SMALL, SMALL))


def test_takes_whatever_broadcasts(work):
    """Every shape that can have been broadcast to the gradient's gets its sum, be it equal, shorter, or stretched to 0."""
    for full, shape in PAIRS:
        if broadcasts(full, shape):
            check(work, np.ones(full), shape)


@supporting  # to refuse everything is easy
def test_refuses_what_was_never_broadcast(work):
    """A shape that cannot have been broadcast to the gradient's raises ValueError."""
    for full, shape in PAIRS:
        if not broadcasts(full, shape):
            grad = np.ones(full)
            with expect_raises(ValueError, given={"grad": grad, "shape": shape}):
                work.unbroadcast(grad, shape)
