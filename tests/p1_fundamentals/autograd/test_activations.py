"""Activations that stay finite."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.strategies import equal_shapes, seeds, shapes, values

ORACLES = {
    "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "softmax": lambda a, axis=-1: torch.softmax(a, axis),
    "log_softmax": lambda a, axis=-1: torch.log_softmax(a, axis),
}
ANY_SHAPE = shapes(min_side=0)


def check(work, operation, a, grad, probe=probes.value_and_vjp, **options):
    """Value and gradient of `operation` against PyTorch's; no warnings, where the probe returns them."""
    value, gradients = torch_vjp(ORACLES[operation], a, grad=grad, **options)
    got_value, got_gradients, *warnings = work.run(probe, operation, [a], grad, **options)
    given = {"a": a, **options}
    expect(got_value, equals=value, given=given, note=f"the value of {operation}")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, note=f"the gradient of {operation}")
    if warnings:
        expect(warnings[0], equals=[], given=given, note=f"the warnings that NumPy gave in {operation}")


@given(equal_shapes(2, ANY_SHAPE, low=-1, high=1))
def test_relu(work, pair):
    """relu: negative numbers become 0 and let no gradient through, and nor does 0 itself."""
    check(work, "relu", *pair)


@given(equal_shapes(2, ANY_SHAPE))
def test_tanh(work, pair):
    """tanh: the value and its gradient, for tensors of any shape."""
    check(work, "tanh", *pair)


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


def test_stays_exact_far_out(work):
    """Tiny results of sigmoid and softmax, and their gradients, are exact to the last digits."""
    a, grad = np.array([-700.0, -500.0, -50.0, -20.0]), np.array([2.0, -0.5, 3.0, -1.5])
    for operation, scores, upstream in (("sigmoid", a, grad), ("softmax", np.append(a, 0.0), np.append(grad, 4.0))):
        value, gradients = torch_vjp(ORACLES[operation], scores, grad=upstream)
        got_value, got_gradients = work.run(probes.value_and_vjp, operation, [scores], upstream)
        given = {"operation": operation, "a": scores}
        # Of values like e^-700 only a relative error says anything. In the gradients, sums of e^-20 are rounded.
        expect(got_value, equals=value, given=given, note=f"the value of {operation}", rtol=1e-12, atol=0.0)
        expect(got_gradients, equals=gradients, given={**given, "grad": upstream},
               note=f"the gradient of {operation}", rtol=1e-7, atol=0.0)


@pytest.mark.parametrize("operation", ORACLES)
def test_leaves_everything_as_it_was(work, operation):
    """The operand and the upstream gradient are not changed, and a second call of a vjp gives the same."""
    a, grad = np.array([[1.5, -0.25, 4.0], [-1.0, 0.5, 2.0]]), np.array([[2.0, -1.0, 3.0], [0.5, -4.0, 1.0]])
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, operation, [a], grad)
    _, gradients = torch_vjp(ORACLES[operation], a, grad=grad)
    given = {"operation": operation, "a": a, "grad": grad}
    expect(first, equals=gradients, given=given, note="the first call of the vjp")
    expect(second, equals=gradients, given=given, note="the second call of the vjp")
    expect(operands, equals=[a], given=given, note="the operand afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("operation", ORACLES)
def test_keeps_float32_and_takes_views(work, operation):
    """float32 stays float32 in value and gradient, and views with other strides give the same as other arrays."""
    a, grad = values((2, 3, 4), seed=1, dtype=np.float32), values((2, 3, 4), seed=2, dtype=np.float32)
    options = {"axis": 1} if "softmax" in operation else {}
    check(work, operation, a, grad, probe=probes.value_and_vjp_of_views, **options)
    if not options:
        check(work, operation, a[0, 0, 0].reshape(()), grad[0, 0, 0].reshape(()))
