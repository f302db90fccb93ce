"""exp, log and sqrt."""
import numpy as np
import pytest
import torch
from hypothesis import given

from grader.judge import expect
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.strategies import equal_shapes, shapes

ORACLES = {"exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt}
ANY_SHAPE = shapes(min_side=0)


def check(work, operation, a, grad, **tolerance):
    """Value and gradient of `operation` against PyTorch's."""
    value, gradients = torch_vjp(ORACLES[operation], a, grad=grad)
    got_value, got_gradients = work.run(probes.value_and_vjp, operation, [a], grad)
    expect(got_value, equals=value, given={"a": a}, note=f"the value of {operation}", **tolerance)
    expect(got_gradients, equals=gradients, given={"a": a, "grad": grad}, note=f"the gradient of {operation}",
           **tolerance)


@given(equal_shapes(2, ANY_SHAPE))
def test_exp(work, pair):
    """exp: the value and its gradient, for tensors of any shape."""
    a, grad = pair
    check(work, "exp", a, grad)


@given(equal_shapes(2, ANY_SHAPE))
def test_log(work, pair):
    """log: the value and its gradient at positive numbers, for tensors of any shape."""
    a, grad = pair
    check(work, "log", np.abs(a) + 0.125, grad)


@given(equal_shapes(2, ANY_SHAPE))
def test_sqrt(work, pair):
    """sqrt: the value and its gradient at positive numbers, for tensors of any shape."""
    a, grad = pair
    check(work, "sqrt", np.abs(a) + 0.125, grad)


@pytest.mark.parametrize("a", [[-1000.0, 0.0, -800.0], [-1000.0], [[0.5, -1e6], [-1e300, 2.0]]])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_exp_underflows_to_zero(work, a, dtype):
    """exp: of very negative numbers it is 0, and so is its gradient."""
    a = np.maximum(np.array(a), np.finfo(dtype).min).astype(dtype)
    check(work, "exp", a, (3.0 - np.arange(a.size, dtype=dtype)).reshape(a.shape))


@pytest.mark.parametrize("operation, a", [
    ("exp", [-700.0, -50.0, -20.0, 30.0, 700.0]),
    ("log", [1e-300, 1e-20, 1e-9, 1e9, 1e300]),
    ("sqrt", [1e-300, 1e-20, 1e-9, 1e9, 1e300]),
])
def test_stays_exact_far_out(work, operation, a):
    """Tiny and huge numbers give value and gradient to the last digits: nothing is clipped or added."""
    a = np.array(a)
    grad = np.array([2.0, -0.5, 3.0, -1.5, 1.0])
    # The right values lie between 1e-304 and 1e304: only a relative error says anything about them.
    check(work, operation, a, grad, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("operation", ORACLES)
def test_leaves_everything_as_it_was(work, operation):
    """The operand and the upstream gradient are not changed, and a second call of a vjp gives the same."""
    a, grad = np.array([1.5, 0.25, 4.0]), np.array([2.0, -1.0, 3.0])
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, operation, [a], grad)
    _, gradients = torch_vjp(ORACLES[operation], a, grad=grad)
    given = {"operation": operation, "a": a, "grad": grad}
    expect(first, equals=gradients, given=given, note="the first call of the vjp")
    expect(second, equals=gradients, given=given, note="the second call of the vjp")
    expect(operands, equals=[a], given=given, note="the operand afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape", [(3,), ()])
def test_keeps_float32(work, operation, shape):
    """float32 in, float32 out: for the value and for the gradient."""
    a = np.array([1.5, 0.25, 4.0], np.float32)[:int(np.prod(shape))].reshape(shape)
    grad = np.array([2.0, -1.0, 3.0], np.float32)[:int(np.prod(shape))].reshape(shape)
    value, gradients = torch_vjp(ORACLES[operation], a, grad=grad)
    got_value, got_gradients = work.run(probes.value_and_vjp, operation, [a], grad)
    given = {"operation": operation, "a": a, "grad": grad, "dtype": "float32"}
    expect(got_value, equals=value, given=given)
    expect(got_gradients, equals=gradients, given=given)
