"""Arithmetic and its derivatives."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes, probes_arithmetic
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import equal_shapes, shapes, values

BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
ANY_SHAPE = shapes(min_side=0)
few = settings(max_examples=25)  # element by element, one shape is much like another
FLOAT_EXPONENTS = [0.5, 1.5, -0.5, 2.0, 3.0, -1.0]


def check(work, operation, oracle, arrays, grad, given, probe=probes.value_and_vjp, rtol=None, atol=None, **options):
    """Value and gradients of `operation` against PyTorch's."""
    value, gradients = torch_vjp(oracle, *arrays, grad=grad)
    got_value, got_gradients = work.run(probe, operation, list(arrays), grad, **options)
    expect(got_value, equals=value, given=given, rtol=rtol, atol=atol, note=f"the value of {operation}")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, rtol=rtol, atol=atol,
           note=f"a gradient of {operation}")


def binary(work, operation, triple):
    a, b, grad = triple
    if operation == "div":
        b = np.where(b == 0, 1.5, b)
    check(work, operation, BINARY[operation], (a, b), grad, {"a": a, "b": b})


@few
@given(equal_shapes(3, ANY_SHAPE))
def test_sub(work, triple):
    """a - b: the value, and what flows back to a and to b."""
    binary(work, "sub", triple)


@few
@given(equal_shapes(3, ANY_SHAPE))
def test_mul(work, triple):
    """a · b: the gradient of each is the other, times what flows in."""
    binary(work, "mul", triple)


@few
@given(equal_shapes(3, ANY_SHAPE))
def test_div(work, triple):
    """a / b: the value, and what flows back to a and to b."""
    binary(work, "div", triple)


@few
@given(equal_shapes(2, ANY_SHAPE))
def test_neg(work, pair):
    """-a: the value and its gradient."""
    a, grad = pair
    check(work, "neg", torch.neg, (a,), grad, {"a": a})


@given(equal_shapes(2, ANY_SHAPE), st.sampled_from([1, 2, 3, 4, 5, -1, -2, *FLOAT_EXPONENTS]))
def test_power(work, pair, exponent):
    """a to a constant power, whole or not, positive or negative: the value and its gradient."""
    a, grad = pair
    a = np.where(a == 0, 1.5, a) if exponent == int(exponent) else np.abs(a) + 0.5
    check(work, "power", lambda t: t**exponent, (a,), grad, {"a": a, "exponent": exponent}, exponent=exponent)


@few
@given(equal_shapes(1, ANY_SHAPE), st.sampled_from([0, 0.0, 1, 2, 1.0, 2.0]))
def test_power_at_zero(work, single, exponent):
    """Powers 0, 1 and 2 have a finite gradient at a = 0."""
    (grad,) = single
    a = np.zeros_like(grad)
    check(work, "power", lambda t: t**exponent, (a,), grad, {"a": a, "exponent": exponent}, exponent=exponent)


@pytest.mark.parametrize("operation", BINARY)
def test_broadcasts(work, operation):
    """Operands of different shapes broadcast, and their gradients have the result's values."""
    a, b = np.array([[2.0, -1.0, 4.0]]), np.array([[0.5], [3.0]])     # (1, 3), (2, 1) -> (2, 3)
    full_a, full_b = np.broadcast_to(a, (2, 3)).copy(), np.broadcast_to(b, (2, 3)).copy()
    grad = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]])
    value, gradients = torch_vjp(BINARY[operation], full_a, full_b, grad=grad)
    got_value, got_gradients = work.run(probes.value_and_vjp, operation, [a, b], grad)
    expect(got_value, equals=value, given={"a": a, "b": b})
    # A gradient in the operand's own shape is as good: then it was summed here already.
    for got, want, operand in zip(got_gradients, gradients, (a, b)):
        summed = want.sum(axis=tuple(i for i in (0, 1) if operand.shape[i] == 1), keepdims=True)
        expect(got, equals=summed if np.shape(got) == operand.shape else want, given={"a": a, "b": b, "grad": grad})


@pytest.mark.parametrize("operation", BINARY)
def test_takes_one_tensor_twice(work, operation):
    """Where both operands are one tensor, as in x * x, its two gradients add up to the right one."""
    arrays = [np.array([1.5, -2.0, 4.0]), np.array([-3.0, 0.5, 2.5])]  # two: a remembered answer is wrong for one
    grads = [np.array([1.0, 2.0, -3.0]), np.array([-0.5, 4.0, 2.0])]
    found = work.run(probes_arithmetic.with_itself, operation, arrays, grads)
    for x, grad, (got_value, got_gradient) in zip(arrays, grads, found, strict=True):
        value, (gradient,) = torch_vjp(lambda t: BINARY[operation](t, t), x, grad=grad)
        given = {"operation": operation, "operands": "both x", "x": x}
        expect(got_value, equals=value, given=given, note="the value")
        expect(got_gradient, equals=gradient, given={**given, "grad": grad}, note="the sum of the gradients of x")


@pytest.mark.parametrize("operation", [*BINARY, "neg", "power"])
def test_leaves_everything_as_it_was(work, operation):
    """Operands and upstream gradient are not changed, and a second call of a vjp gives the same."""
    arrays = [np.array([1.5, -2.0, 4.0]), np.array([3.0, 0.5, -1.0])][: 2 if operation in BINARY else 1]
    options = {"exponent": 3} if operation == "power" else {}
    grad = np.array([1.0, 2.0, -3.0])
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, operation, arrays, grad, **options)
    oracle = BINARY.get(operation, torch.neg if operation == "neg" else lambda t: t**3)
    _, gradients = torch_vjp(oracle, *arrays, grad=grad)
    expect(first, equals=gradients, given={"operation": operation}, note="the first call of the vjp, with -2 grad, divided by -2")
    expect(second, equals=gradients, given={"operation": operation}, note="the second call of the vjp")
    expect(operands, equals=arrays, given={"operation": operation}, note="the operands afterwards")
    expect(upstream, equals=grad, given={"operation": operation}, note="the upstream gradient afterwards")


FAR_OUT = [
    ("div", [1e-170, 3e160, 0.0, 1e30], [2e-170, 1e-140, 1e-200, -1e200]),  # the squares of b are 0 or infinite
    ("mul", [1e-150, 3e150], [2e-150, -1e150]),
    *(("power", [1e-100, 3e100], exponent) for exponent in (2, -1, 0.5, 1.5)),
]


@pytest.mark.parametrize("operation, a, other", FAR_OUT)
def test_right_for_tiny_and_huge_numbers(work, operation, a, other):
    """Tiny and huge numbers give value and gradients to the last digits."""
    a, grad = np.array(a), np.array([2.0, -0.5, 3.0, 1.0][:len(a)])
    # Only a relative error says anything about numbers such as 1e-170.
    if operation == "power":
        check(work, operation, lambda t: t**other, (a,), grad, {"a": a, "exponent": other}, rtol=1e-12, atol=0.0,
              exponent=other)
    else:
        b = np.array(other)
        check(work, operation, BINARY[operation], (a, b), grad, {"a": a, "b": b}, rtol=1e-12, atol=0.0)


OPERATIONS = [*((operation, {}) for operation in (*BINARY, "neg")),
              *(("power", {"exponent": exponent}) for exponent in (0, 0.0, 0.5, -1, 3))]


@pytest.mark.parametrize("operation, options", OPERATIONS)
@pytest.mark.parametrize("shape", [(2, 3), ()])
def test_keeps_float32_and_takes_any_layout(work, operation, options, shape):
    """float32 in, float32 out, for value and gradients, however the arrays lie in memory."""
    arrays = [np.abs(values(shape, seed, dtype=np.float32)) + np.float32(0.5) for seed in (1, 2)]
    arrays = arrays[: 2 if operation in BINARY else 1]
    grad = values(shape, 3, dtype=np.float32)
    oracle = BINARY.get(operation, torch.neg if operation == "neg" else lambda t: t ** options["exponent"])
    for layout in LAYOUTS:
        given = {"operation": operation, **options, "dtype": "float32", "shape": shape, "layout": layout}
        check(work, operation, oracle, arrays, grad, given, probe=probes.value_and_vjp_of_views, layout=layout, **options)


@supporting
@pytest.mark.parametrize("operation, options", [
    *((operation, {}) for operation in (*BINARY, "neg")), ("power", {"exponent": 3}), ("power", {"exponent": 0}),
])
def test_records_its_operands(work, operation, options):
    """The operands themselves are the parents, in their order, also where both are one tensor, as in x * x."""
    arrays = [np.array([1.5, -2.0]), np.array([3.0, 0.5])][: 2 if operation in BINARY else 1]
    expect_records_operands(work, operation, arrays, **options)
