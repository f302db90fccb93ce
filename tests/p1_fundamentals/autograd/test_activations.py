"""Activations that stay finite."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import equal_shapes, seeds, shapes, values

ORACLES = {
    "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "softmax": lambda a, axis=-1: torch.softmax(a, axis),
    "log_softmax": lambda a, axis=-1: torch.log_softmax(a, axis),
}
ANY_SHAPE = shapes(min_side=0)
few = settings(max_examples=25)  # element by element, one shape is much like another


def check(work, operation, a, grad, probe=probes.value_and_vjp, layout=None, **options):
    """Value and gradient of `operation` against PyTorch's; no warnings, where the probe returns them."""
    value, gradients = torch_vjp(ORACLES[operation], a, grad=grad, **options)
    shown = options if layout is None else {**options, "layout": layout}
    got_value, got_gradients, *warnings = work.run(probe, operation, [a], grad, **shown)
    given = {"a": a, **shown}
    expect(got_value, equals=value, given=given, note=f"the value of {operation}")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, note=f"the gradient of {operation}")
    if warnings:
        expect(warnings[0], equals=[], given=given, note=f"the warnings that NumPy gave in {operation}")


@few
@given(equal_shapes(2, ANY_SHAPE, low=-1, high=1))
def test_relu(work, pair):
    """relu: negative numbers become 0 and let no gradient through, and nor does 0 itself."""
    check(work, "relu", *pair)


@few
@given(equal_shapes(2, ANY_SHAPE))
def test_tanh(work, pair):
    """tanh: the value and its gradient, for tensors of any shape."""
    check(work, "tanh", *pair)


@few
@given(equal_shapes(2, ANY_SHAPE))
def test_sigmoid(work, pair):
    """sigmoid: the value and its gradient, for tensors of any shape."""
    check(work, "sigmoid", *pair)


@st.composite
def along_axes(draw):
    """(a, grad, options): one to three axes, of which one is named from either end; no axis named means the last."""
    shape, seed = draw(shapes(min_dims=1, min_side=0)), draw(seeds)
    axis = draw(st.sampled_from([None, *range(-len(shape), len(shape))]))
    place = -1 if axis is None else axis
    lengths = list(shape)
    for needed in (place, -1):  # an empty last axis would hide a wrong axis behind an error
        lengths[needed] = max(lengths[needed], 1)
    return values(lengths, seed), values(lengths, seed + 10_000), {} if axis is None else {"axis": axis}


@given(along_axes())
def test_softmax(work, case):
    """softmax: the value, and a gradient to which every output contributes, along any axis."""
    a, grad, options = case
    check(work, "softmax", a, grad, **options)


@given(along_axes())
def test_log_softmax(work, case):
    """log_softmax: the value, and a gradient to which every output contributes, along any axis."""
    a, grad, options = case
    check(work, "log_softmax", a, grad, **options)


INF = np.inf
SCORES = [
    [[1000.0, 0.0, -1000.0]],
    [[-1000.0, -1000.0, -1000.0], [1000.0, 1000.0, 999.0]],  # one shift for both rows would not do
    [[1e6, -1e6, 0.0], [-1e6, -1e6, -1e6]],
    [[0.5, -INF, -1.0], [-INF, -1000.0, -INF]],
]


@pytest.mark.parametrize("operation, a", [
    *((operation, a) for operation in ("relu", "tanh", "sigmoid")
      for a in ([1000.0, -1000.0], [0.0, -0.0, 1e6, -1e6], [INF, 2.0], [-INF, -2.0])),
    *((operation, a) for operation in ("softmax", "log_softmax") for a in SCORES),
])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_stays_finite(work, operation, a, dtype):
    """At ±1000, beyond, and at infinities, value and gradient are right, and NumPy gives no warning."""
    a = np.array(a, dtype)
    grad = (np.arange(a.size, dtype=dtype).reshape(a.shape) - 4) / 2
    check(work, operation, a, grad, probe=probes.value_vjp_and_warnings)


THIRDS = np.array([2.0, -0.5, 4.0, -1.0, 5.0]) / 3  # which float32 would round
FAR_OUT = [
    ("sigmoid", [-700.0, -500.0, -50.0, -20.0], "float64"),
    ("softmax", [-700.0, -500.0, -50.0, -20.0, 0.0], "float64"),
    ("sigmoid", [-40.0, -80.0, -85.0], "float32"),
    ("softmax", [-40.0, -80.0, -85.0, 0.0], "float32"),
    ("tanh", [1e-8, 1e-4, 1 / 3], "float64"),
    ("tanh", [1e-8, 1e-4], "float32"),
    ("relu", [1e-200, 1e-8, 1 / 3], "float64"),
]


@pytest.mark.parametrize("operation, a, dtype", FAR_OUT, ids=range(len(FAR_OUT)))
def test_stays_exact_where_results_are_tiny(work, operation, a, dtype):
    """Tiny results of sigmoid, softmax, tanh and relu, and their gradients, are exact to the last digits."""
    a = np.array(a, dtype)
    grad = THIRDS[:a.size].astype(dtype)
    value, (gradient,) = torch_vjp(ORACLES[operation], a, grad=grad)
    got_value, (got_gradient,) = work.run(probes.value_and_vjp, operation, [a], grad)
    given = {"operation": operation, "a": a, "dtype": dtype}
    # Of values like e^-700 only a relative error says anything: the difference of their logarithms.
    expect(logarithm(got_value), equals=logarithm(value), given=given, rtol=0.0,
           atol=1e-12 if dtype == "float64" else 1e-5, note=f"the logarithm of the value of {operation}")
    # The gradient of the largest score is the sum of the others, rounded as 1 is: to e^-20 in float64, to 0 in float32.
    count = 3 if dtype == "float32" else a.size
    expect(got_gradient[:count], equals=gradient[:count], given={**given, "grad": grad}, rtol=1e-7 if dtype == "float64"
           else 1e-5, atol=0.0, note=f"the gradient of {operation}")


def logarithm(value):
    """In float64, -inf where a value is 0."""
    with np.errstate(all="ignore"):
        return np.log(np.asarray(value, np.float64))


def test_log_softmax_adds_nothing(work):
    """log_softmax: nothing is added to a sum or a probability, however small."""
    a, grad = np.array([-700.0, -50.0, 0.0]), np.array([0.0, 0.0, 4.0])
    _, (gradient,) = torch_vjp(ORACLES["log_softmax"], a, grad=grad)
    got_value, _ = work.run(probes.value_and_vjp, "log_softmax", [np.array([1000.0, 0.0])], grad[:2])
    _, (got_gradient,) = work.run(probes.value_and_vjp, "log_softmax", [a], grad)
    # e^-1000 is 0, and so the sum 1 and its logarithm 0, without any rounding.
    expect(got_value, equals=np.array([0.0, -1000.0]), given={"a": np.array([1000.0, 0.0])}, rtol=0.0, atol=0.0,
           note="the value of log_softmax")
    expect(logarithm(-got_gradient[:2]), equals=logarithm(-gradient[:2]), given={"a": a, "grad": grad}, rtol=0.0,
           atol=1e-12, note="the logarithms of the first two gradients of log_softmax, with the sign changed")


OPERATIONS = [*((operation, {}) for operation in ORACLES), ("softmax", {"axis": 0}), ("log_softmax", {"axis": 0})]


@pytest.mark.parametrize("operation, options", OPERATIONS)
def test_leaves_everything_as_it_was(work, operation, options):
    """The operand and the upstream gradient are not changed, and a vjp can be called again, with another gradient."""
    a, grad = np.array([[1.5, -0.25, 4.0], [-1.0, 0.5, 2.0]]), np.array([[2.0, -1.0, 3.0], [0.5, -4.0, 1.0]])
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, operation, [a], grad, **options)
    _, gradients = torch_vjp(ORACLES[operation], a, grad=grad, **options)
    given = {"operation": operation, "a": a, **options, "grad": grad}
    expect(first, equals=gradients, given=given, note="the first call of the vjp, with -2 grad, divided by -2")
    expect(second, equals=gradients, given=given, note="the second call of the vjp, with grad")
    expect(operands, equals=[a], given=given, note="the operand afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_keeps_float32_and_takes_any_layout(work, operation, layout):
    """float32 in, float32 out, for value and gradient, however the arrays lie in memory."""
    for shape in ((2, 3, 4),) if "softmax" in operation else ((2, 3, 4), ()):
        a, grad = values(shape, seed=1, dtype=np.float32), values(shape, seed=2, dtype=np.float32)
        options = {"axis": 1} if "softmax" in operation else {}
        check(work, operation, a, grad, probe=probes.value_and_vjp_of_views, layout=layout, **options)


@supporting
@pytest.mark.parametrize("operation", ORACLES)
def test_records_its_operand(work, operation):
    """The operand itself is the one parent."""
    expect_records_operands(work, operation, [np.array([[1.5, -2.0]])])
