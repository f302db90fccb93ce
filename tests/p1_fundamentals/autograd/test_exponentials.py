"""exp, log and sqrt."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from grader.judge import expect, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import equal_shapes, shapes, values

ORACLES = {"exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt}
ANY_SHAPE = shapes(min_side=0)
few = settings(max_examples=25)  # element by element, one shape is much like another


def oracle(operation, a, grad):
    """PyTorch's value and gradient, computed in float64 and rounded to the dtype of `a`."""
    value, (gradient,) = torch_vjp(ORACLES[operation], a.astype(np.float64), grad=grad.astype(np.float64))
    return value.astype(a.dtype), gradient.astype(a.dtype)


def check(work, operation, a, grad, given=None, probe=probes.value_and_vjp, rtol=None, atol=None, **options):
    """Value and gradient of `operation` against PyTorch's."""
    value, gradient = oracle(operation, a, grad)
    got_value, got_gradients = work.run(probe, operation, [a], grad, **options)
    given = {**(given or {}), "a": a}
    expect(got_value, equals=value, given=given, rtol=rtol, atol=atol, note=f"the value of {operation}")
    expect(got_gradients, equals=[gradient], given={**given, "grad": grad}, rtol=rtol, atol=atol,
           note=f"the gradient of {operation}")


@few
@given(equal_shapes(2, ANY_SHAPE))
def test_exp(work, pair):
    """exp: the value and its gradient, for tensors of any shape."""
    a, grad = pair
    check(work, "exp", a, grad)


@few
@given(equal_shapes(2, ANY_SHAPE))
def test_log(work, pair):
    """log: the value and its gradient at positive numbers, for tensors of any shape."""
    a, grad = pair
    check(work, "log", np.abs(a) + 0.125, grad)


@few
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
    # No absolute error is allowed: the smallest number that a float holds is not 0.
    check(work, "exp", a, (3.0 - np.arange(a.size, dtype=dtype)).reshape(a.shape), atol=0.0)


FAR_OUT = [
    ("exp", [30.0, 700.0, 709.5]),
    ("exp", [-740.0, -700.0, -50.0, -20.0]),
    ("log", [1e-300, 1e-20, 1e-9, 1e9, 1e20, 1e300]),
    ("sqrt", [1e-300, 1e-20, 1e-9, 1e9, 1e20, 1e300]),
]


@pytest.mark.parametrize("operation, a", FAR_OUT)
def test_stays_exact_far_out(work, operation, a):
    """Tiny and huge numbers give value and gradient to the last digits: nothing is clipped or added."""
    a = np.array(a)
    grad = np.array([2.0, -0.5, 3.0, -1.5, 1.0, 2.0, -0.5])[:len(a)]
    # Only a relative error says anything about such numbers, and 45 rounding errors leave room for another order: np.e ** a,
    # with the rounded e, is off by 180 at a = 700. e⁻⁷⁴⁰, though, lies where floats are 5e-324 apart: an absolute error of
    # two such steps, which is nothing to all the others.
    check(work, operation, a, grad, rtol=1e-14, atol=1e-323)


@pytest.mark.parametrize("operation, a", [
    ("exp", [-80.0, -40.0, 40.0, 88.0]),
    ("log", [1e-37, 1e-10, 1e10, 1e37]),
    ("sqrt", [1e-37, 1e-10, 1e10, 1e37]),
])
def test_float32_stays_exact_far_out(work, operation, a):
    """float32: tiny and huge numbers give value and gradient to the last digits, too."""
    a, grad = np.array(a, np.float32), np.array([2.0, -0.5, 3.0, -0.5], np.float32)
    # A hundred rounding errors: an argument near 100 has that much less to say about the digits of its exponential.
    check(work, operation, a, grad, {"dtype": "float32"}, rtol=1e-5, atol=0.0)


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("layout", [None, *LAYOUTS])
def test_leaves_everything_as_it_was(work, operation, layout):
    """The operand and the upstream gradient are not changed, and a second call of a vjp gives the same."""
    a, grad = np.array([[1.5, 0.25, 4.0], [0.5, 2.0, 1.0]]), np.array([[2.0, -1.0, 3.0], [1.0, -0.5, 4.0]])
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, operation, [a], grad, layout=layout)
    _, gradient = oracle(operation, a, grad)
    given = {"operation": operation, "a": a, "grad": grad} | ({"layout": layout} if layout else {})
    expect(first, equals=[gradient], given=given, note="the first call of the vjp, with -2 grad, divided by -2")
    expect(second, equals=[gradient], given=given, note="the second call of the vjp")
    expect(operands, equals=[a], given=given, note="the operand afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("operation", ORACLES)
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 2)])
def test_keeps_float32_and_takes_any_layout(work, operation, shape):
    """float32 in, float32 out, for the value and for the gradient, however the arrays lie in memory."""
    a = np.abs(values(shape, 1) / 3).astype(np.float32) + np.float32(0.25)
    grad = (values(shape, 2) / 3).astype(np.float32)
    for layout in LAYOUTS:
        given = {"operation": operation, "dtype": "float32", "layout": layout}
        check(work, operation, a, grad, given, probe=probes.value_and_vjp_of_views, layout=layout)


@supporting
@pytest.mark.parametrize("operation", ORACLES)
def test_records_its_operand(work, operation):
    """The operand itself is the one parent, where recording is on and it requires a gradient."""
    expect_records_operands(work, operation, [np.array([1.5, 0.25])])
