"""Stable cross-entropy: logsumexp, ignored labels, label smoothing, and the gradient by hand."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises
from tests.p1_fundamentals.barebones import probes
from tests.strategies import arrays, seeds, shapes, values

few = settings(max_examples=20)  # numbers of one shape are much like others, and there are few small shapes

INF, NAN = float("inf"), float("nan")
LOSSES = ["cross_entropy", "cross_entropy_backward"]
OF_LABELS = ["counted", *LOSSES]
upstreams = st.sampled_from([2.0, -0.5, 3.0])


def log_sum_exp(x, dim, keepdim=False):
    """NumPy adds the exponentials two at a time, in float64, and takes the logarithm of each sum at once."""
    return torch.as_tensor(np.logaddexp.reduce(x.numpy().astype(np.float64), axis=dim, keepdims=keepdim)).to(x.dtype)


def of_the_rows_that_count(logits, labels, grad, *, ignore_index=-100, smoothing=0.0):
    """PyTorch's loss and gradient in float64, from the rows that count and no others; 0 where there are none."""
    rows = [row for row, label in enumerate(labels.tolist()) if label != ignore_index]
    loss, gradient = torch.zeros((), dtype=torch.float64), torch.zeros(logits.shape, dtype=torch.float64)
    if rows:
        leaf = logits[rows].double().requires_grad_()
        loss = torch.nn.functional.cross_entropy(leaf, labels[rows].long(), label_smoothing=smoothing)
        gradient[rows] = torch.autograd.grad(loss, leaf, grad.double())[0]
    return loss.detach().to(logits.dtype), gradient.to(logits.dtype)


def arguments_of(function, logits, labels, grad, ignore_index, **options):
    """What `function` is called with, by position and by name."""
    if function == "counted":
        return [labels], {"classes": logits.shape[1], "ignore_index": ignore_index}
    before = [grad] if function == "cross_entropy_backward" else []
    return [*before, logits, labels], {"ignore_index": ignore_index, **options}


def right_result(function, logits, labels, grad, ignore_index, **options):
    if function == "counted":
        return torch.tensor([label != ignore_index for label in labels.tolist()], dtype=torch.bool)
    both = of_the_rows_that_count(logits, labels, grad, ignore_index=ignore_index, **options)
    return both[LOSSES.index(function)]


def check(work, function, logits, labels, grad=2.0, ignore_index=-100, rtol=None, atol=None, **options):
    """One call against the oracle, which is asked before it: a changed argument changes nothing of what is expected."""
    grad = torch.tensor(grad, dtype=logits.dtype)
    want = right_result(function, logits, labels, grad, ignore_index, **options)
    arguments, named = arguments_of(function, logits, labels, grad, ignore_index, **options)
    shown = {"labels": labels.clone(), **named}
    if function != "counted":
        shown = {"logits": logits.clone(), **shown}
    if function == "cross_entropy_backward":
        shown["grad"] = grad.clone()
    expect(getattr(work, function)(*arguments, **named), equals=want, given=shown, rtol=rtol, atol=atol)


def tensor(shape, seed, dtype=torch.float64):
    return torch.from_numpy(values(shape, seed)).to(dtype)


@st.composite
def slices(draw):
    """(x, an axis of it). In half of them another axis has length 1, which must stay."""
    x = draw(arrays(shapes(min_dims=1)))
    x = x[np.newaxis] if draw(st.booleans()) else x
    return torch.from_numpy(x), draw(st.integers(-x.ndim, x.ndim - 1))


@st.composite
def batches(draw, ignoring=st.just(-100), ignored=st.just(0)):
    """(logits, labels, ignore_index): 1 to 5 examples and 1 to 5 classes, of which `ignored` examples do not count."""
    batch, classes, seed = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(seeds)
    random, ignore_index = np.random.default_rng(seed + 1), draw(ignoring)
    labels = random.integers(0, classes, size=batch)
    labels[random.permutation(batch)[:draw(ignored)]] = ignore_index
    return tensor((batch, classes), seed), torch.from_numpy(labels), ignore_index


@few
@given(slices(), st.booleans())
def test_logsumexp(work, sliced, keepdim):
    """logsumexp: along any axis, also one counted from the end, and with keepdim the axis stays."""
    x, dim = sliced
    for numbers in (x, 1 - x / 2):  # of the same shape: who remembers the first result has the second one wrong
        want, shown = log_sum_exp(numbers, dim, keepdim), {"x": numbers.clone(), "dim": dim, "keepdim": keepdim}
        expect(work.logsumexp(numbers, dim, keepdim=keepdim), equals=want, given=shown)


@pytest.mark.parametrize("x", [
    [[1000.0, 999.0], [-1000.0, -999.0]], [[1e30, 1.0], [-1e30, -1e30]], [[-1e38, 1e38], [3.0, 1.0]],
    [[-INF, 2.0], [1.0, -INF]], [[-INF, -INF], [3.0, 1.0]], [[-INF, -INF], [-INF, -1000.0]],
    [[INF, 1.0], [2.0, 1.0]], [[-INF, INF], [INF, INF]]])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_logsumexp_of_any_size(work, x, dtype):
    """logsumexp: huge entries give no overflow, and infinite ones no NaN."""
    x = torch.tensor(x, dtype=getattr(torch, dtype))
    want, shown = log_sum_exp(x, 1), {"x": x.clone(), "dim": 1}
    expect(work.logsumexp(x, 1), equals=want, given=shown)


@pytest.mark.parametrize("function", OF_LABELS)
@pytest.mark.parametrize("labels, ignore_index, dtype", [
    *(case for dtype in ("int64", "int32", "int16", "int8", "uint8") for case in (
        ([0, 127, 5], -100, dtype), ([127, 2, 127], 127, dtype))),
    ([0, 3, 0], 0, "int64"), ([299, -1, 255], -1, "int16"), ([-100, 100, -100], -100, "int8"), ([1, 0, 126], 300, "uint8"),
    # 255 is how images mark what has no class. And as bytes, 156 and -100 are the same.
    ([255, 1, 156], 255, "uint8"), ([156, 0, 255], -100, "uint8"), ([255, 156, 2], -1, "uint8")])
def test_labels_of_any_integer_dtype(work, function, labels, ignore_index, dtype):
    """A label counts unless it is ignore_index, and means the same number in every integer dtype."""
    check(work, function, tensor((3, 300), seed=1), torch.tensor(labels, dtype=getattr(torch, dtype)), grad=-3.0,
          ignore_index=ignore_index)


@pytest.mark.parametrize("function", OF_LABELS)
@pytest.mark.parametrize("labels, ignore_index, dtype", [
    ([2, 7, -100], -100, "int64"), ([3, 0, 1], -100, "int64"), ([0, -1, 1], -100, "int64"), ([-100, 1, -3], -100, "int64"),
    ([0, -100, 1], -1, "int64"), ([-1, -1, 3], -1, "int32"), ([2, 300, 0], 0, "int16"), ([0, -1, 1], -100, "int8"),
    ([0, 3, 1], -100, "uint8"), ([0, 255, 1], -1, "uint8"), ([0, 156, 1], -100, "uint8")])
def test_refuses_other_labels(work, function, labels, ignore_index, dtype):
    """A label that counts and is no class, negative or too large, raises ValueError."""
    logits, labels = tensor((3, 3), seed=2), torch.tensor(labels, dtype=getattr(torch, dtype))
    for allowed in ([1, ignore_index, 2], [ignore_index, 2, 1]):  # else who always refuses would pass
        check(work, function, logits, torch.tensor(allowed), ignore_index=ignore_index)
    arguments, named = arguments_of(function, logits, labels, torch.tensor(2.0, dtype=logits.dtype), ignore_index)
    with expect_raises(ValueError, given={"labels": labels.clone(), "classes": 3, "ignore_index": ignore_index}):
        getattr(work, function)(*arguments, **named)


@pytest.mark.parametrize("function", LOSSES)
@few
@given(batch=batches(), grad=upstreams)
def test_mean_over_the_batch(work, function, batch, grad):
    """The mean over the batch of -log p of the labels, and its gradient times the gradient that flows in."""
    logits, labels, _ = batch
    check(work, function, logits, labels, grad)


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize("logits, labels", [
    ([[1000.0, 0.0, -1000.0]], [0]),                                  # sure and right: loss 0
    ([[1000.0, 0.0, -1000.0]], [2]),                                  # sure and wrong: loss 2000
    ([[-1000.0, -1000.0, -1000.0], [1000.0, 1000.0, 999.0]], [1, 2]),
    ([[-1000.0, -1001.0, -1000.0], [0.0, 1000.0, 0.0]], [0, 0]),
    ([[-INF, 0.0, 1.0], [2.0, -INF, -INF]], [1, 0]),                  # classes that are ruled out
    ([[1.0, -INF, 0.0], [-INF, -1000.0, 1000.0]], [0, 1])])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_stays_finite(work, function, logits, labels, dtype):
    """Logits of ±1000, and of -∞ for a class that is ruled out, give the right, finite loss and gradient."""
    # At 1000 neighbouring float32 are 6e-5 apart, and z - logsumexp(z) is rounded to one of them.
    tolerance = {"rtol": 1e-4, "atol": 2e-4} if dtype == "float32" else {}
    check(work, function, torch.tensor(logits, dtype=getattr(torch, dtype)), torch.tensor(labels), **tolerance)


@pytest.mark.parametrize("function", LOSSES)
@few
@given(batch=batches(st.sampled_from([-100, -1, 0, 1, 255]), st.integers(0, 5)), grad=upstreams,
       filler=st.sampled_from([None, NAN, INF, -INF]))
def test_ignores_rows(work, function, batch, grad, filler):
    """A row whose label is ignored counts in neither sum nor mean, whatever is in it; without any other row all is 0."""
    logits, labels, ignore_index = batch
    if filler is not None:
        logits[labels == ignore_index] = filler
    check(work, function, logits, labels, grad, ignore_index)


@pytest.mark.parametrize("function", LOSSES)
@few
@given(batch=batches(ignored=st.sampled_from([0, 0, 1])), grad=upstreams, smoothing=st.sampled_from([0.1, 0.5, 0.75, 1.0]))
def test_label_smoothing(work, function, batch, grad, smoothing):
    """Label smoothing takes its share from the label and gives it to all classes alike, in each row that counts."""
    logits, labels, ignore_index = batch
    check(work, function, logits, labels, grad, ignore_index, smoothing=smoothing)


@pytest.mark.parametrize("function", ["logsumexp", *OF_LABELS])
@pytest.mark.parametrize("layout", ["gaps", "columns"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_keeps_dtype_and_arguments(work, function, layout, dtype):
    """The dtype stays, arguments may be views and are not changed, nor is an earlier result."""
    calls, wanted, named = [], [], {}
    for seed in (3, 13):
        logits, labels = tensor((4, 3), seed, getattr(torch, dtype)) / 3, torch.tensor([2, -100, seed % 2, 2])
        grad = torch.tensor(0.5 * seed, dtype=logits.dtype)
        if function == "logsumexp":
            arguments = [logits, 0]
            wanted.append(log_sum_exp(logits, 0))
        else:
            options = {} if function == "counted" else {"smoothing": 0.3}
            arguments, named = arguments_of(function, logits, labels, grad, -100, **options)
            wanted.append(right_result(function, logits, labels, grad, -100, **options))
        calls.append(arguments)
    results, after = work.run(probes.calls, function, calls, layout, **named)
    shown = {"function": function, "dtype": dtype, "layout": layout}
    expect(results, equals=wanted, given=shown, note="the results of two calls")
    expect(after, equals=calls, given=shown, note="the arguments afterwards")
