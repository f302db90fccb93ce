"""An affine layer and relu, forward and back."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.barebones import probes
from tests.strategies import seeds, shapes, values

few = settings(max_examples=25)  # numbers of one shape are much like others, and there are few small shapes


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed), dtype=dtype)


def autograd(function, grad, *arguments):
    """PyTorch's gradients of `function` by each of its arguments, for the upstream gradient `grad`."""
    leaves = [argument.clone().requires_grad_() for argument in arguments]
    return tuple(g.detach() for g in torch.autograd.grad(function(*leaves), leaves, grad))


def affine_gradients(grad, x, weight):
    bias = torch.zeros(len(weight), dtype=weight.dtype)  # any bias: its value is in no gradient
    return autograd(torch.nn.functional.linear, grad, x, weight, bias)


ORACLES = {
    "affine": torch.nn.functional.linear,
    "affine_backward": affine_gradients,
    "relu": torch.relu,
    "relu_backward": lambda grad, x: autograd(torch.relu, grad, x)[0],  # PyTorch's slope at 0 is 0 too
}
PARAMETERS = {"affine": ("x", "weight", "bias"), "affine_backward": ("grad", "x", "weight"), "relu": ("x",),
              "relu_backward": ("grad", "x")}
GRADIENTS = ("x", "weight", "bias")


@st.composite
def batches(draw):
    """(leading axes, inputs, outputs, seed): no axis to three, of lengths from 0."""
    return draw(shapes(min_side=0, max_side=3)), draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(seeds)


@few
@given(batches())
def test_affine(work, batch):
    """affine: x Wᵀ + b for each row, over any number of leading axes."""
    rows, inputs, outputs, seed = batch
    x, weight, bias = tensor((*rows, inputs), seed), tensor((outputs, inputs), seed + 1), tensor((outputs,), seed + 2)
    want = ORACLES["affine"](x, weight, bias)
    expect(work.affine(x, weight, bias), equals=want, given={"x": x, "weight": weight, "bias": bias})


def check_affine_backward(work, batch, which):
    """Ask for all three gradients, and compare one of them: a slip in another is for another check to name."""
    rows, inputs, outputs, seed = batch
    grad, x, weight = tensor((*rows, outputs), seed), tensor((*rows, inputs), seed + 1), tensor((outputs, inputs), seed + 2)
    want, given = affine_gradients(grad, x, weight)[which], {"grad": grad, "x": x, "weight": weight}
    got = work.affine_backward(grad, x, weight)
    expect_true(type(got) is tuple and len(got) == 3, got=got, given=given,
                want="a tuple of three tensors: the gradients by x, by the weight and by the bias")
    expect(got[which], equals=want, given=given, note=f"the gradient by {GRADIENTS[which]}, number {which + 1} of the three")


@given(batches())
def test_affine_backward_by_x(work, batch):
    """affine_backward: what each row of x gets."""
    check_affine_backward(work, batch, 0)


@given(batches())
def test_affine_backward_by_weight(work, batch):
    """affine_backward: what the weight gets, summed over all rows."""
    check_affine_backward(work, batch, 1)


@few
@given(batches())
def test_affine_backward_by_bias(work, batch):
    """affine_backward: what the bias gets, summed over all rows."""
    check_affine_backward(work, batch, 2)


@few
@given(shapes(min_side=0), seeds)
def test_relu(work, shape, seed):
    """relu: the larger of x and 0, for any shape."""
    x = tensor(shape, seed)
    want = ORACLES["relu"](x)
    expect(work.relu(x), equals=want, given={"x": x})


@few
@given(shapes(min_side=0), seeds)
def test_relu_backward(work, shape, seed):
    """relu_backward: the gradient as it came in where x is positive, of either sign, and 0 where x is negative."""
    x, grad = tensor(shape, seed), tensor(shape, seed + 1)
    x = torch.where(x == 0, 0.5, x)  # 0 itself has a check of its own
    want = ORACLES["relu_backward"](grad, x)
    expect(work.relu_backward(grad, x), equals=want, given={"grad": grad, "x": x})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_relu_backward_at_0(work, dtype):
    """relu_backward: no gradient where x is exactly 0, and all of it just above."""
    # 1e-30 has all its digits in float32, and its square is 0 there.
    x = torch.tensor([0.0, 1e-30, -1e-30, -0.0, 2.0], dtype=getattr(torch, dtype))
    for numbers in ([3.0, 4.0, 5.0, 6.0, 7.0], [-2.0, 0.5, 1.0, -3.0, -1.0]):
        grad = torch.tensor(numbers, dtype=x.dtype)
        want = ORACLES["relu_backward"](grad, x)
        expect(work.relu_backward(grad, x), equals=want, given={"grad": grad, "x": x})


def arguments_of(function, seed, dtype, same_rows):
    """Arguments for a batch of (2, 3) rows; with `same_rows` those that have rows are the same along the first axis."""
    sides = {"x": (2, 3, 4), "grad": (2, 3, 4), "weight": (5, 4), "bias": (5,)}
    sides |= {"grad": (2, 3, 5)} if function == "affine_backward" else {}
    made = []
    for place, name in enumerate(PARAMETERS[function]):
        argument = tensor(sides[name], seed + place, dtype)
        made.append(argument[:1].repeat(2, 1, 1) if same_rows and argument.dim() == 3 else argument)
    return made


@pytest.mark.parametrize("function", ORACLES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", ["rows", "columns", "gaps", "expanded"])
def test_keeps_the_dtype_and_takes_any_layout(work, function, dtype, layout):
    """float32 in, float32 out, and float64 likewise, however the tensors lie in memory."""
    for seed in (1, 11):  # other numbers of the same shapes: who remembers the first result has the second one wrong
        arguments = arguments_of(function, seed, getattr(torch, dtype), same_rows=layout == "expanded")
        want = ORACLES[function](*arguments)
        (got,), _ = work.run(probes.calls, function, [arguments], layout=layout)
        expect(got, equals=want, given={"function": function, "dtype": dtype, "layout in memory": layout},
               note="what comes back")


@supporting
@pytest.mark.parametrize("function", ORACLES)
def test_leaves_its_arguments_as_they_were(work, function):
    """Nothing that comes in is changed."""
    arguments = arguments_of(function, 21, torch.float64, same_rows=False)
    _, (afterwards,) = work.run(probes.calls, function, [arguments])
    for name, before, after in zip(PARAMETERS[function], arguments, afterwards, strict=True):
        expect(after, equals=before, given={"function": function}, note=f"{name} afterwards")
