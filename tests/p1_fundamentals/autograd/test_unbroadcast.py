"""Undo broadcasting."""
import itertools

import numpy as np
import pytest
from hypothesis import given

from grader.judge import expect, expect_raises
from tests.strategies import arrays, broadcast_pairs, shapes, values


def gather_copies(grad, shape):
    """The oracle, by brute force: follow every element of `grad` back to where broadcasting took it from."""
    source = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), grad.shape)
    total = np.zeros(int(np.prod(shape)), dtype=np.float64)
    for place, value in zip(source.ravel(), grad.ravel()):
        total[place] += value
    return total.reshape(shape)


@given(arrays(shapes(min_side=0)))
def test_keeps_what_was_not_broadcast(work, grad):
    """A gradient keeps its shape and values when nothing was broadcast."""
    expect(work.unbroadcast(grad, grad.shape), equals=grad, given={"grad": grad, "shape": grad.shape})


@given(broadcast_pairs())
def test_sums_over_copies(work, pair):
    """A gradient is summed over the axes that broadcasting added or stretched."""
    grad, shape = pair
    expect(work.unbroadcast(grad, shape), equals=gather_copies(grad, shape), given={"grad": grad, "shape": shape})


@pytest.mark.parametrize("full, shape", [((3, 4), (4,)), ((2, 3, 4), (4,)), ((2, 3), ()), ((5,), (1,))])
def test_removes_new_axes(work, full, shape):
    """Axes that broadcasting put in front are gone again."""
    grad = values(full, seed=3)
    expect(work.unbroadcast(grad, shape), equals=gather_copies(grad, shape), given={"grad": grad, "shape": shape})


@pytest.mark.parametrize("full, shape", [((3, 4), (3, 1)), ((2, 3, 4), (2, 1, 4)), ((2, 3, 4), (1, 3, 1)), ((3, 3), (1, 3))])
def test_keeps_axes_of_length_one(work, full, shape):
    """Axes of length 1 that were stretched are length 1 again, not gone."""
    grad = values(full, seed=4)
    expect(work.unbroadcast(grad, shape), equals=gather_copies(grad, shape), given={"grad": grad, "shape": shape})


@pytest.mark.parametrize("full, shape", [((0, 4), (4,)), ((0, 3), (1, 3)), ((2, 0), (2, 1)), ((0,), ())])
def test_no_copies_give_zero(work, full, shape):
    """A value that was copied zero times has gradient 0."""
    grad = np.ones(full)
    expect(work.unbroadcast(grad, shape), equals=np.zeros(shape), given={"grad": grad, "shape": shape})


def test_keeps_float32_and_the_gradient(work):
    """float32 stays float32, and the gradient that came in is not changed."""
    grad = values((3, 4), seed=5, dtype=np.float32)
    before = grad.copy()
    for shape in [(4,), (3, 1), (3, 4)]:
        want = gather_copies(grad, shape).astype(np.float32)
        expect(work.unbroadcast(grad, shape), equals=want, given={"grad": grad, "shape": shape})
        expect(grad, equals=before, note="the gradient that was passed in, afterwards")


def test_takes_views(work):
    """A gradient that is a view with other strides gives the same sum."""
    grad = values((4, 3, 2), seed=6).transpose(2, 0, 1)[:, ::2]  # (2, 2, 3), not contiguous
    for shape in [(3,), (2, 1), (1, 2, 1)]:
        expect(work.unbroadcast(grad, shape), equals=gather_copies(grad, shape), given={"grad": grad, "shape": shape})


def broadcasts(full, shape):
    try:
        return np.broadcast_shapes(full, shape) == full
    except ValueError:
        return False


def test_refuses_what_was_never_broadcast(work):
    """A shape that cannot have been broadcast to the gradient's raises ValueError; one that can does not."""
    sides = [(), (1,), (2,), (3,), (1, 2), (2, 1), (2, 3), (3, 2), (1, 1, 3)]
    for full, shape in itertools.product(sides, sides):
        grad = np.ones(full)
        if broadcasts(full, shape):
            expect(work.unbroadcast(grad, shape), equals=gather_copies(grad, shape), given={"grad": grad, "shape": shape})
        else:
            with expect_raises(ValueError, given={"grad": grad, "shape": shape}):
                work.unbroadcast(grad, shape)
