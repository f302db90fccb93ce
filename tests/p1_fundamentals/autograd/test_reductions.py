"""Sum, mean and max."""
import functools
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import seeds, shapes, values

ORACLES = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}
few = settings(max_examples=25)  # for what an axis and keepdims mean, these are enough


def torch_reduction(operation, a, grad, axis=None, keepdims=False):
    """PyTorch's value and gradient; `torch.amax` too shares a gradient among ties."""
    dim = tuple(range(a.ndim)) if axis is None else axis
    return torch_vjp(lambda t: ORACLES[operation](t, dim=dim, keepdim=keepdims), a, grad=grad)


def check(work, operation, a, grad, layout=None, tolerance=None, **options):
    """Value and gradient of a reduction against PyTorch's. `options` may be left out, to check the defaults."""
    value, gradients = torch_reduction(operation, a, grad, **options)
    got_value, got_gradients = work.run(probes.value_and_vjp_of_views, operation, [a], grad, layout=layout, **options)
    given = {"a": a, **options, "dtype": a.dtype.name} | ({"layout": layout} if layout else {})
    expect(got_value, equals=value, given=given, rtol=tolerance, atol=tolerance, note=f"the value of {operation}")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, rtol=tolerance, atol=tolerance,
           note=f"the gradient of {operation}")


def upstream(a, seed, axis=None, keepdims=False):
    """A gradient of the reduced shape."""
    return values(np.sum(a, axis=axis, keepdims=keepdims).shape, seed, dtype=a.dtype)


def distinct(shape, seed):
    """An array of which no two elements are equal, with both signs."""
    size = int(np.prod(shape))
    return (np.random.default_rng(seed).permutation(size) / 8 - size / 20).reshape(shape)


@functools.cache
def axes_of(ndim):
    """Whatever `axis` may be: None, each axis from either end, and each choice of some, in a tuple in any order."""
    some = [chosen for count in range(1, ndim + 1) for chosen in itertools.permutations(range(ndim), count)]
    from_either_end = [axes for chosen in some for axes in itertools.product(*((n, n - ndim) for n in chosen))]
    return st.sampled_from([None, *range(-ndim, ndim), *from_either_end])


@st.composite
def reductions(draw, fill=values):
    """(a, upstream gradient, options): one axis, several, or all of them, from either end, kept or not."""
    shape, seed = draw(shapes(min_dims=1, max_dims=4, max_side=3)), draw(seeds)
    a, options = fill(shape, seed), {"axis": draw(axes_of(len(shape))), "keepdims": draw(st.booleans())}
    return a, upstream(a, seed + 1, **options), options


@few
@given(reductions())
def test_sum(work, case):
    """sum: the value, and a gradient that goes to every element, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "sum", a, grad, **options)


@few
@given(reductions())
def test_mean(work, case):
    """mean: the value, and a gradient divided by the number of elements, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "mean", a, grad, **options)


@few
@given(reductions(distinct))
def test_max(work, case):
    """max: the value, and a gradient that goes to the largest element, for each kind of axis and keepdims."""
    a, grad, options = case
    check(work, "max", a, grad, **options)


@few
@given(reductions(lambda shape, seed: values(shape, seed, low=-0.125, high=0.125)))
def test_max_shares_ties(work, case):
    """max: all elements that equal the maximum share its gradient in equal parts."""
    a, grad, options = case
    check(work, "max", a, grad, **options)


@pytest.mark.parametrize("a", [
    [1.0, 1.0 + 1e-9, 1.0 - 1e-12],  # near the largest, and not it
    [1e6, 1e6 + 1e-3, 1e6],
    [-1e3, -1e300, -2e3, -1e3],
    [-np.inf, -np.inf], [np.inf, 0.0, np.inf], [-np.inf, 0.0],
])
def test_max_knows_near_ties_and_infinities(work, a):
    """max: what is close to the maximum does not share its gradient, and infinities are numbers like others."""
    check(work, "max", np.array(a), np.array(-2.5))
    check(work, "max", np.array([a, a[::-1]]), np.array([[2.0], [-3.0]]), axis=1, keepdims=True)


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
    for keepdims, dtype in itertools.product((False, True), (np.float64, np.float32)):
        a, options = np.zeros(shape, dtype), {"axis": axis, "keepdims": keepdims}
        grad = upstream(a, seed=2, **options)
        value, (gradient,) = work.run(probes.value_and_vjp, operation, [a], grad, **options)
        given = {"operation": operation, "a": a, **options, "dtype": a.dtype.name}
        expect(value, equals=np.zeros(grad.shape, dtype), given=given, note=f"the value of {operation}")
        expect(gradient, equals=np.zeros(shape, dtype), given=given, note=f"the gradient of {operation}")
    check(work, operation, distinct((2, 3), seed=3), values((2,), seed=4), axis=1, keepdims=False)


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape, axis, keepdims", [
    ((2, 3), 0, False), ((3, 2), None, False), ((2, 3, 4), (0, 2), False),
    ((2, 1, 3), 1, True), ((2, 1, 3), 1, False), ((), None, False),    # as many gradients out as in
])
def test_leaves_everything_as_it_was(work, operation, shape, axis, keepdims):
    """Nothing that came in is changed; each call of a vjp makes a new array, which can be written into."""
    a, options = distinct(shape, seed=5), {"axis": axis, "keepdims": keepdims}
    grad = upstream(a, seed=6, **options)
    grads = [grad, -2 * grad]
    gradients = [torch_reduction(operation, a, g, **options)[1] for g in grads]
    for layout in (None, "strided"):
        given = {"operation": operation, "a": a, "grad": grad, **options} | ({"layout": layout} if layout else {})
        first, second, operands, after, writeable, shared = work.run(
            probes.calls_vjp_with_two_gradients, operation, [a], grads, layout=layout, **options)
        expect(operands, equals=[a], given=given, note="the operand afterwards")
        expect(after, equals=grads, given=given, note="the upstream gradients afterwards, grad and -2 grad")
        expect(writeable, equals=True, given=given, note="whether the gradient can be written into")
        expect(second, equals=gradients[1], given=given, note="the vjp's second call, with -2 grad")
        expect(first, equals=gradients[0], given=given, note="the gradient of the vjp's first call, after the second one")
        expect(shared, equals=False, given=given,
               note="whether a gradient shares memory with the operand, an upstream gradient or another call's gradient")


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape, axis", [((2, 3), 1), ((2, 3, 4), 0), ((2, 3, 4), (0, 2)), ((300,), None), ((), None)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_dtype_and_takes_any_layout(work, operation, shape, axis, dtype):
    """Value and gradient have the dtype of the tensor and its precision, however the arrays lie in memory."""
    a = (distinct(shape, seed=7) / 3).astype(dtype)
    grad = (upstream(a, seed=8, axis=axis) / 3).astype(dtype)
    # Thirds are exact in no dtype: those of float64 that go through float32 are wrong in the eighth digit, those of
    # float32 that go through float16 in the fourth. A sum in another order is off by a few of the last digit.
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    for layout in LAYOUTS:
        check(work, operation, a, grad, layout, tolerance, axis=axis)


@supporting
@pytest.mark.parametrize("operation", ORACLES)
def test_records_its_operand(work, operation):
    """The operand itself is the one parent, where recording is on and it requires a gradient."""
    expect_records_operands(work, operation, [np.array([[1.5, -2.0], [3.0, 0.5]])], axis=1)
