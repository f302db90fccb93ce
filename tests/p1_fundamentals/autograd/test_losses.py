"""Squared error and cross-entropy."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import equal_shapes, seeds, values

upstreams = st.sampled_from([np.array(g) for g in (2.0, -0.5, 3.0)])


def check_mse(work, prediction, target, grad, layout=None, **options):
    given = {"prediction": prediction, "target": target, **({"layout": layout} if layout else {})}
    value, gradients = torch_vjp(torch.nn.functional.mse_loss, prediction, target, grad=grad)
    probe, laid_out = (probes.value_and_vjp_of_views, {"layout": layout}) if layout else (probes.value_and_vjp, {})
    got_value, got_gradients = work.run(probe, "mse_loss", [prediction, target], grad, **laid_out)
    expect(got_value, equals=value, given=given, note="the loss", **options)
    expect(got_gradients, equals=gradients, given={**given, "upstream gradient": grad},
           note="the gradients of prediction and target", **options)


def check_cross_entropy(work, logits, labels, grad, layout=None, **options):
    given = {"logits": logits, "labels": labels, **({"layout": layout} if layout else {})}
    value, gradients = torch_cross_entropy(logits, labels, grad)
    probe, laid_out = (probes.value_and_vjp_of_views, {"layout": layout}) if layout else (probes.value_and_vjp, {})
    got_value, got_gradients = work.run(probe, "cross_entropy", [logits], grad, labels=labels, **laid_out)
    expect(got_value, equals=value, given=given, note="the loss", **options)
    expect(got_gradients, equals=gradients, given={**given, "upstream gradient": grad},
           note="the gradient of the logits, the one parent", **options)


def torch_cross_entropy(logits, labels, grad):
    classes = torch.tensor(labels.astype(np.int64))
    return torch_vjp(lambda z: torch.nn.functional.cross_entropy(z, classes), logits, grad=grad)


@st.composite
def batches(draw):
    """(logits, labels) of 1 to 4 examples and 1 to 5 classes."""
    batch, classes, seed = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(seeds)
    labels = np.random.default_rng(seed + 1).integers(0, classes, size=batch)
    return values((batch, classes), seed), labels


@given(equal_shapes(2), upstreams)
def test_mse_loss(work, pair, grad):
    """mse_loss: the mean over all elements, and what flows back to prediction and target."""
    check_mse(work, *pair, grad)


def test_mse_loss_keeps_all_digits(work):
    """mse_loss: a small difference of large numbers counts in full, and float64 is computed in float64."""
    # a² - 2at + t² loses the first two differences. float32 loses them too, and digits of the third.
    prediction, target = np.array([1e8 + 1, 1.0, 0.1]), np.array([1e8, 1 + 2.0**-30, 0.4])
    check_mse(work, prediction, target, np.array(2.0), rtol=1e-12, atol=0.0)


@given(batches(), upstreams)
def test_cross_entropy(work, batch, grad):
    """cross_entropy: the mean over the batch, and what flows back to the logits."""
    check_cross_entropy(work, *batch, grad)


@pytest.mark.parametrize("logits, labels", [
    ([[1000.0, 0.0, -1000.0]], [0]),                                  # sure and right: loss 0
    ([[1000.0, 0.0, -1000.0]], [2]),                                  # sure and wrong: loss 2000
    ([[-1000.0, -1000.0, -1000.0], [1000.0, 1000.0, 999.0]], [1, 2]),
    ([[-1000.0, -1001.0], [0.0, 1000.0], [800.0, -750.0]], [0, 0, 1]),
])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_cross_entropy_stays_finite(work, logits, labels, dtype):
    """cross_entropy: logits of ±1000 give the exact, finite loss and gradient."""
    check_cross_entropy(work, np.array(logits, dtype), np.array(labels), np.array(2.0, dtype))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64])
def test_cross_entropy_takes_any_integers(work, dtype):
    """cross_entropy: labels of any integer dtype, and more classes than an int8 can count."""
    last = min(299, np.iinfo(dtype).max)
    check_cross_entropy(work, values((3, 300), seed=1), np.array([0, 127, last], dtype), np.array(-3.0))


@pytest.mark.parametrize("labels, dtype", [
    ([0, -1, 1], np.int64), ([3, 0, 1], np.int64), ([0, 1, -3], np.int64), ([2, 2, 100], np.int64),
    ([-4, 0, 0], np.int64),
    # In another dtype 255 would be -1, and the powers of 2 would be 0.
    ([0, 3, 1], np.uint8), ([0, 255, 1], np.uint8), ([0, 256, 1], np.uint16), ([0, 2**16, 1], np.uint32),
    ([0, 2**32, 1], np.int64), ([0, -1, 1], np.int8)])
def test_cross_entropy_refuses_other_labels(work, labels, dtype):
    """cross_entropy: a label outside [0, classes), negative or too large, raises ValueError, in every integer dtype."""
    logits, labels = values((3, 3), seed=2), np.array(labels, dtype)
    check_cross_entropy(work, logits, np.array([0, 2, 1], dtype), np.array(3.0))
    classes, _ = work.run(probes.error_of, "cross_entropy", [logits], labels=labels)
    expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError",
                given={"logits": logits, "labels": labels, "dtype of labels": str(labels.dtype)})


@pytest.mark.parametrize("loss", ["mse_loss", "cross_entropy"])
def test_leaves_everything_as_it_was(work, loss):
    """The arguments and the upstream gradient are not changed, and each call of a vjp gives what is right for it."""
    grad, labels = np.array(-2.0), np.array([2, 0])
    arrays = [values((2, 3), seed) for seed in ((3, 4) if loss == "mse_loss" else (5,))]
    options = {} if loss == "mse_loss" else {"labels": labels}
    if options:
        _, gradients = torch_cross_entropy(*arrays, labels, grad)
    else:
        _, gradients = torch_vjp(torch.nn.functional.mse_loss, *arrays, grad=grad)
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, loss, arrays, grad, **options)
    given = {"loss": loss}
    expect(first, equals=gradients, given=given, note="the first call of the vjp, with -2 grad, divided by -2")
    expect(second, equals=gradients, given=given, note="the second call of the vjp")
    expect(operands, equals=arrays, given=given, note="the arguments afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")
    expect(labels, equals=np.array([2, 0]), given=given, note="the labels afterwards")
    one, other = work.run(probes.vjp_of_each, loss, arrays, [grad, np.array(-2 * grad)], **options)
    expect(one, equals=gradients, given=given, note="the first call of the vjp")
    expect(other, equals=[-2 * g for g in gradients], given=given, note="a call with -2 times the gradient, after it")


@pytest.mark.parametrize("loss", ["mse_loss", "cross_entropy"])
def test_keeps_float32_and_takes_any_layout(work, loss):
    """float32 in, float32 out, for the value and the gradients, however the arrays lie in memory."""
    grad = np.array(0.5, np.float32)
    first, second = values((2, 3), seed=6, dtype=np.float32), values((2, 3), seed=7, dtype=np.float32)
    for layout in LAYOUTS:
        if loss == "mse_loss":
            check_mse(work, first, second, grad, layout=layout)
        else:
            check_cross_entropy(work, first, np.array([1, 2]), grad, layout=layout)


@supporting
@pytest.mark.parametrize("loss", ["mse_loss", "cross_entropy"])
def test_records_its_operands(work, loss):
    """The tensors that a loss is given are its parents, in their order, also where both are one; labels are not."""
    arrays = [values((2, 3), seed) for seed in ((8, 9) if loss == "mse_loss" else (8,))]
    expect_records_operands(work, loss, arrays, **({} if loss == "mse_loss" else {"labels": np.array([2, 0])}))
