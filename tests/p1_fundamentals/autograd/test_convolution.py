"""Convolution in two dimensions."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import seeds, values

NAMES = ("x", "weight", "bias")


def torch_conv2d(arrays, seed, **options):
    """PyTorch's value, an upstream gradient of its shape, and the gradients."""
    function = torch.nn.functional.conv2d
    with torch.no_grad():
        shape = function(*map(torch.tensor, arrays), **options).shape
    grad = values(tuple(shape), seed, dtype=arrays[0].dtype)
    return *torch_vjp(function, *arrays, grad=grad, **options), grad


def operands(x_shape, weight_shape, seed, *, bias=False, dtype=np.float64):
    shapes = [x_shape, weight_shape] + [weight_shape[:1]] * bias
    return [values(shape, seed + 10_000 * i, dtype=dtype) for i, shape in enumerate(shapes)]


def check(work, arrays, seed, probe=probes.value_and_vjp, layout=None, rtol=None, atol=None, **options):
    """Value and gradients of `conv2d` against PyTorch's."""
    value, gradients, grad = torch_conv2d(arrays, seed, **options)
    shown = options if layout is None else {**options, "layout": layout}
    given = {**dict(zip(NAMES, arrays)), **shown}
    got_value, got_gradients = work.run(probe, "conv2d", arrays, grad, **shown)
    expect(got_value, equals=value, given=given, rtol=rtol, atol=atol, note="the value")
    given["grad"] = grad
    expect_true(len(got_gradients) == len(arrays), got=len(got_gradients), given=given,
                want=f"{len(arrays)} gradients: of {', '.join(NAMES[:len(arrays)])}")
    for name, got, want in zip(NAMES, got_gradients, gradients):
        expect(got, equals=want, given=given, rtol=rtol, atol=atol, note=f"the gradient of {name}")


@st.composite
def convolutions(draw, *, strides=(1,), paddings=(0,), biases=(False,)):
    """(arrays, seed, options): a kernel and an image that is at least as large, neither of them square."""
    batch, channels, filters = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    stride, padding = draw(st.sampled_from(strides)), draw(st.sampled_from(paddings))
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    image = [max(1, k - 2 * padding + draw(st.integers(0, 4))) for k in kernel]
    seed, bias = draw(seeds), draw(st.sampled_from(biases))
    arrays = operands((batch, channels, *image), (filters, channels, *kernel), seed, bias=bias)
    options = ({"stride": stride} if len(strides) > 1 else {}) | ({"padding": padding} if len(paddings) > 1 else {})
    return arrays, seed + 1, options


@given(convolutions())
def test_slides_the_kernel(work, case):
    """Every window of the image meets every filter: the value, and the gradients of image and weight."""
    arrays, seed, options = case
    check(work, arrays, seed, **options)


@given(convolutions(biases=(True,)))
def test_adds_the_bias(work, case):
    """A bias is added to all places of its filter, and collects the gradients of them all."""
    arrays, seed, options = case
    check(work, arrays, seed, **options)


@given(convolutions(paddings=(0, 1, 2)))
def test_pads(work, case):
    """Padding puts zeros around the image, which get no gradient."""
    arrays, seed, options = case
    check(work, arrays, seed, **options)


@given(convolutions(strides=(2, 1, 3), paddings=(0, 1), biases=(False, True)))
def test_strides(work, case):
    """A stride skips windows, and leaves out a border that no whole window reaches."""
    arrays, seed, options = case
    check(work, arrays, seed, **options)


@pytest.mark.parametrize("image, kernel, options", [
    ((3, 4), (1, 1), {}),
    ((3, 4), (1, 1), {"stride": 2}),
    ((1, 1), (1, 1), {}),
    ((3, 4), (3, 4), {}),
    ((3, 4), (3, 4), {"stride": 5}),
    ((3, 4), (7, 8), {"padding": 2}),      # only as large as the padded image
    ((2, 2), (1, 1), {"padding": 1}),      # windows that see nothing but padding
    ((8, 8), (3, 3), {"padding": 1}),      # the image keeps its size
], ids=range(8))
def test_takes_kernels_of_all_sizes(work, image, kernel, options):
    """Kernels may have size 1, and may be as large as the padded image."""
    check(work, operands((2, 3, *image), (4, 3, *kernel), seed=1, bias=True), 2, **options)


@pytest.mark.parametrize("x, weight, padding", [
    ((2, 3, 4, 4), (5, 2, 3, 3), 0),
    ((2, 3, 4, 4), (3, 1, 3, 3), 0),      # one channel, which NumPy would broadcast
    ((2, 1, 4, 4), (3, 2, 3, 3), 1),
    ((1, 4, 4, 4), (3, 1, 4, 4), 0),
    ((2, 3, 4, 6), (5, 3, 5, 3), 0),      # too high
    ((2, 3, 6, 4), (5, 3, 3, 5), 0),      # too wide
    ((2, 3, 2, 2), (5, 3, 5, 2), 1),
    ((2, 3, 2, 2), (5, 3, 2, 5), 1),
], ids=range(8))
def test_refuses_what_does_not_fit(work, x, weight, padding):
    """Other numbers of channels and too large kernels raise ValueError with both shapes; others do not."""
    fitting = (weight[0], x[1], min(weight[2], x[2]), min(weight[3], x[3]))
    arrays = operands(x, fitting, seed=3)
    check(work, arrays, 4, padding=padding)

    given = {"shape of x": x, "shape of weight": weight, "padding": padding}
    classes, message = work.run(probes.error_of, "conv2d", operands(x, weight, seed=5), padding=padding)
    expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError", given=given)
    expect_true(str(x) in message and str(weight) in message, got=message, given=given,
                want=f"a message with the shapes {x} and {weight} in it")


def test_leaves_everything_as_it_was(work):
    """Operands and upstream gradient are not changed, and the vjp can be called again, with another gradient."""
    for options in ({}, {"stride": 2, "padding": 1}):
        arrays = operands((2, 2, 4, 5), (3, 2, 3, 2), seed=6, bias=True)
        _, gradients, grad = torch_conv2d(arrays, 7, **options)
        first, second, after, upstream = work.run(probes.calls_vjp_twice, "conv2d", arrays, grad, **options)
        given = {**dict(zip(NAMES, arrays)), **options, "grad": grad}
        expect(first, equals=gradients, given=given,
               note="a gradient of the first call of the vjp, with -2 grad, divided by -2")
        expect(second, equals=gradients, given=given, note="a gradient of the second call of the vjp, with grad")
        expect(after, equals=arrays, given=given, note="an operand afterwards")
        expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


OPTIONS = [{}, {"stride": 2, "padding": 1}]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("bias", [False, True])
def test_keeps_float32_and_takes_any_layout(work, options, bias):
    """float32 in, float32 out, for value and gradients, however the arrays lie in memory."""
    arrays = operands((2, 3, 5, 4), (2, 3, 2, 3), seed=8, bias=bias, dtype=np.float32)
    for layout in LAYOUTS:
        check(work, arrays, 9, probe=probes.value_and_vjp_of_views, layout=layout, **options)


@pytest.mark.parametrize("options", OPTIONS)
def test_keeps_the_digits_of_float64(work, options):
    """float64 is computed in float64, and not rounded to float32 on the way."""
    # Thirds have no end in binary. Here float32 would be wrong in the 7th digit, and any order of summation is right
    # to the 14th.
    arrays = [array / 3 for array in operands((2, 3, 5, 4), (2, 3, 2, 3), seed=10, bias=True)]
    check(work, arrays, 11, rtol=1e-12, atol=1e-12, **options)


@supporting
@pytest.mark.parametrize("bias", [False, True])
def test_records_its_operands(work, bias):
    """The operands themselves are the parents: x, weight and, where there is one, bias."""
    expect_records_operands(work, "conv2d", operands((1, 2, 3, 3), (2, 2, 2, 2), seed=12, bias=bias))
