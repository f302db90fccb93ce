"""Max pooling."""
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


def distinct(shape, seed, dtype=np.float64):
    """An array whose elements all differ, about half of them negative."""
    count = int(np.prod(shape))
    return ((np.random.default_rng(seed).permutation(count) - count // 2) / 4).reshape(shape).astype(dtype)


def torch_pool(x, size, seed, stride=None):
    """PyTorch's value, an upstream gradient of its shape, and the gradients; it too chooses the first of equals."""
    def function(t):
        return torch.nn.functional.max_pool2d(t, size, stride=stride)
    grad = values(tuple(function(torch.tensor(x)).shape), seed, dtype=x.dtype)
    return *torch_vjp(function, x, grad=grad), grad


def check(work, x, size, seed, probe=probes.value_and_vjp, layout=None, **options):
    """Value and gradient of `max_pool2d` against PyTorch's."""
    value, gradients, grad = torch_pool(x, size, seed, **options)
    shown = {"size": size, **options} | ({} if layout is None else {"layout": layout})
    given = {"x": x, **shown}
    got_value, got_gradients = work.run(probe, "max_pool2d", [x], grad, **shown)
    expect(got_value, equals=value, given=given, rtol=0.0, atol=0.0, note="the value")  # it is one of the pixels
    expect(got_gradients, equals=gradients, given={**given, "grad": grad}, note="the gradient of x")


@st.composite
def images(draw, fill=distinct, *, sizes=(1, 2, 3), strides=None):
    """(x, size, options): images that are at least as large as the window, and not square."""
    size = draw(st.sampled_from(sizes))
    rest = st.integers(0, 4)
    shape = draw(st.integers(1, 2)), draw(st.integers(1, 3)), size + draw(rest), size + draw(rest)
    seed = draw(seeds)
    return fill(shape, seed), size, seed + 1, {"stride": draw(st.sampled_from(strides))} if strides else {}


def few_values(shape, seed):
    """Images as ReLU leaves them: a handful of values, many of them 0."""
    return np.maximum(values(shape, seed, low=-0.25, high=0.25), 0)


@given(images())
def test_takes_the_largest(work, case):
    """Without a stride the windows touch: the value, and a gradient for the largest of each window alone."""
    x, size, seed, options = case
    check(work, x, size, seed, **options)


@given(images(few_values, sizes=(2, 3)))
def test_chooses_the_first_of_equals(work, case):
    """Of several largest pixels in a window, the first in reading order gets the whole gradient."""
    x, size, seed, options = case
    check(work, x, size, seed, **options)


@given(images(sizes=(2, 3), strides=(1, 2)))
def test_adds_up_where_windows_overlap(work, case):
    """With a small stride windows overlap, and what they hand to one pixel adds up."""
    x, size, seed, options = case
    check(work, x, size, seed, **options)


@given(images(sizes=(1, 2), strides=(3, 2, 4)))
def test_skips_pixels_between_windows(work, case):
    """With a large stride there are pixels between the windows, which get no gradient."""
    x, size, seed, options = case
    check(work, x, size, seed, **options)


@pytest.mark.parametrize("x, size, options", [
    (distinct((2, 3, 4, 4), 1), 4, {}),                                # one window, the whole image
    (distinct((2, 3, 4, 5), 2), 4, {"stride": 1}),
    (distinct((1, 1, 1, 1), 3), 1, {}),
    (np.full((1, 2, 5, 4), -1000.0), 2, {"stride": 1}),                # all equal, all negative
    (np.zeros((1, 1, 4, 4)), 3, {"stride": 1}),
    (1 + np.arange(16.0).reshape(1, 1, 4, 4) * 2.0**-50, 2, {}),       # nearly equal is not equal
    (np.where(np.eye(4) == 1, -2.0, -np.inf)[None, None], 2, {}),      # windows of nothing but -∞
    (np.array([[[[0.0, -0.0, np.inf, np.inf], [-0.0, 0.0, np.inf, 1.0]]]]), 2, {}),
], ids=range(8))
def test_takes_extremes(work, x, size, options):
    """Windows as large as the image, windows of equal and nearly equal pixels, of negative ones and of infinities."""
    check(work, x, size, 4, **options)


@pytest.mark.parametrize("shape, size, stride", [
    ((2, 3, 4, 6), 5, None),      # too high
    ((2, 3, 6, 4), 5, None),      # too wide
    ((2, 3, 4, 9), 5, None),      # with more pixels than the window
    ((1, 7, 2, 2), 3, 1),
    ((5, 4, 1, 3), 2, 2),
], ids=range(5))
def test_refuses_a_window_that_is_too_large(work, shape, size, stride):
    """A window larger than the image raises ValueError with size and shape; one as large does not."""
    options = {} if stride is None else {"stride": stride}
    x, fitting = distinct(shape, seed=5), min(shape[2:])
    check(work, x, fitting, 6, **options)

    given = {"shape of x": shape, "size": size, **options}
    classes, message = work.run(probes.error_of, "max_pool2d", [x], size=size, **options)
    expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError", given=given)
    expect_true(str(shape) in message and str(size) in message.replace(str(shape), ""), got=message, given=given,
                want=f"a message with the size {size} and the shape {shape} in it")


def test_leaves_everything_as_it_was(work):
    """The operand and the upstream gradient are not changed, and the vjp can be called again, with another gradient."""
    for size, options in ((2, {}), (3, {"stride": 1})):
        x = distinct((2, 2, 4, 5), seed=8)
        _, gradients, grad = torch_pool(x, size, 9, **options)
        options["size"] = size
        given = {"x": x, **options, "grad": grad}
        first, second, after, upstream = work.run(probes.calls_vjp_twice, "max_pool2d", [x], grad, **options)
        expect(first, equals=gradients, given=given, note="the first call of the vjp, with -2 grad, divided by -2")
        expect(second, equals=gradients, given=given, note="the second call of the vjp, with grad")
        expect(after, equals=[x], given=given, note="the operand afterwards")
        expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("size, options", [(2, {}), (3, {"stride": 2})])
def test_keeps_float32_and_takes_any_layout(work, size, options):
    """float32 in, float32 out, for value and gradient, however the arrays lie in memory."""
    x = distinct((2, 3, 5, 4), seed=10, dtype=np.float32)
    for layout in LAYOUTS:
        check(work, x, size, 11, probe=probes.value_and_vjp_of_views, layout=layout, **options)


@supporting
def test_records_its_operand(work):
    """x itself is the one parent."""
    expect_records_operands(work, "max_pool2d", [distinct((1, 1, 2, 2), seed=12)], size=2)
