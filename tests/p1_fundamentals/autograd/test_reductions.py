"""Sum, mean and max."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.strategies import seeds, shapes, values

ORACLES = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}


def torch_reduction(operation, a, grad, axis=None, keepdims=False):
    """PyTorch's value and gradient; `torch.amax` too shares a gradient among ties."""
    dim = tuple(range(a.ndim)) if axis is None else axis
    return torch_vjp(lambda t: ORACLES[operation](t, dim=dim, keepdim=keepdims), a, grad=grad)


def check(work, operation, a, grad, probe=probes.value_and_vjp, **options):
    """Value and gradient of a reduction against PyTorch's. `options` may be left out, to check the defaults."""
    value, gradients = torch_reduction(operation, a, grad, **options)
    got_value, got_gradients = work.run(probe, operation, [a], grad, **options)
    given = {"a": a, **options}
    expect(got_value, equals=value, given=given, note=f"the value of {operation}")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, note=f"the gradient of {operation}")


def upstream(a, seed, axis=None, keepdims=False):
    """A gradient of the reduced shape."""
    return values(np.sum(a, axis=axis, keepdims=keepdims).shape, seed)


def distinct(shape, seed):
    """An array of which no two elements are equal, with both signs."""
    size = int(np.prod(shape))
    return (np.random.default_rng(seed).permutation(size) / 8 - size / 20).reshape(shape)


@st.composite
def reductions(draw, fill=values):
    """(a, upstream gradient, options): one axis, several, or all of them, from either end, kept or not."""
    shape, seed = draw(shapes(max_dims=4, max_side=3)), draw(seeds)
    chosen = [axis for axis in range(len(shape)) if draw(st.booleans())]
    axes = tuple(axis - len(shape) if draw(st.booleans()) else axis for axis in chosen)
    axis = None if not axes else axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    a, options = fill(shape, seed), {"axis": axis, "keepdims": draw(st.booleans())}
    return a, upstream(a, seed + 1, **options), options


@given(reductions())
def test_sum(work, case):
    """sum: the value, and a gradient that goes to every element, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "sum", a, grad, **options)


@given(reductions())
def test_mean(work, case):
    """mean: the value, and a gradient divided by the number of elements, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "mean", a, grad, **options)


@given(reductions(distinct))
def test_max(work, case):
    """max: the value, and a gradient that goes to the largest element, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "max", a, grad, **options)


@given(reductions(lambda shape, seed: values(shape, seed, low=-0.125, high=0.125)))
def test_max_shares_ties(work, case):
    """max: all elements that equal the maximum share its gradient in equal parts."""
    a, grad, options = case
    check(work, "max", a, grad, **options)


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape", [(2, 3), (4,), ()])
def test_reduces_everything_by_default(work, operation, shape):
    """Without axis and keepdims the reduction is over all axes, and its value has shape ()."""
    check(work, operation, distinct(shape, seed=1), np.array(-2.5))


@pytest.mark.parametrize("operation, shape, axis", [
    ("sum", (0,), None), ("sum", (0, 3), 0), ("sum", (2, 0), -1), ("sum", (2, 0, 3), (1, 2)),    # sums of nothing
    ("sum", (0, 3), 1), ("mean", (0, 3), 1), ("max", (0, 3), 1), ("max", (2, 0, 3), (0, -1)),     # no sums at all
])
def test_takes_empty_axes(work, operation, shape, axis):
    """A sum over nothing is 0; an empty axis that is not reduced stays empty."""
    for keepdims in (False, True):
        a, options = np.zeros(shape), {"axis": axis, "keepdims": keepdims}
        grad = upstream(a, seed=2, **options)
        value, (gradient,) = work.run(probes.value_and_vjp, operation, [a], grad, **options)
        given = {"operation": operation, "a": a, **options}
        expect(value, equals=np.zeros(grad.shape), given=given, note=f"the value of {operation}")
        expect(gradient, equals=np.zeros(shape), given=given, note=f"the gradient of {operation}")
    check(work, operation, distinct((2, 3), seed=3), values((2,), seed=4), axis=1, keepdims=False)


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape, axis, keepdims", [((2, 3), 0, False), ((2, 1, 3), 1, True), ((3, 2), None, False)])
def test_leaves_everything_as_it_was(work, operation, shape, axis, keepdims):
    """Operand and upstream gradient stay as they are, a vjp can be called twice, its gradient can be written into."""
    a, options = distinct(shape, seed=5), {"axis": axis, "keepdims": keepdims}
    grad = upstream(a, seed=6, **options)
    _, gradients = torch_reduction(operation, a, grad, **options)
    given = {"operation": operation, "a": a, "grad": grad, **options}
    first, second, operands, after = work.run(probes.calls_vjp_twice, operation, [a], grad, **options)
    expect(first, equals=gradients, given=given, note="the first call of the vjp")
    expect(second, equals=gradients, given=given, note="the second call of the vjp")
    expect(operands, equals=[a], given=given, note="the operand afterwards")
    expect(after, equals=grad, given=given, note="the upstream gradient afterwards")

    writeable, second, after = work.run(probes.writes_into_gradients, operation, [a], grad, **options)
    expect(writeable, equals=[True], given=given, note="whether the gradient can be written into")
    expect(after, equals=grad, given=given, note="the upstream gradient, after a write into the returned one")
    expect(second, equals=gradients, given=given, note="the vjp's second call, after a write into its first gradient")


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("axis", [None, 1, (0, 1)])
def test_keeps_float32(work, operation, axis):
    """float32 in, float32 out: for the value and for the gradient."""
    a = distinct((2, 3), seed=7).astype(np.float32)
    grad = upstream(a, seed=8, axis=axis).astype(np.float32)
    check(work, operation, a, grad, axis=axis)


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("axis", [0, (0, 2), -1])
def test_takes_views(work, operation, axis):
    """Views with other strides give the same, as tensors and as upstream gradients."""
    a = distinct((2, 3, 4), seed=9)
    check(work, operation, a, upstream(a, seed=10, axis=axis), probe=probes.value_and_vjp_of_views, axis=axis)
