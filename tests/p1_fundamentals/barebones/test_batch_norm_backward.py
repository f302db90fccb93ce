"""Backward through batch normalisation."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.oracles import numeric_vjp, torch_vjp
from tests.p1_fundamentals.barebones import probes
from tests.strategies import seeds, values

few = settings(max_examples=20)  # numbers of one shape are much like others, and there are few small shapes

NAMES = ("grad", "x", "gamma", "mean", "inv_std")
RESULTS = ("x", "gamma", "beta")
SHAPES = [(4, 3), (2, 3, 2, 2)]
trained = st.booleans()


def case(shape, seed, *, training, eps=1e-5, dtype=torch.float64, offset=0.0):
    """(arguments, gradients of x, gamma and beta): what a call is given and, by autograd in float64, what it is to return.

    In training, mean and inv_std are those of x; otherwise they are any numbers. `offset` moves x, with its mean.
    """
    grad, x, gamma, mean, var = (values(side, seed + 10_000 * i)
                                 for i, side in enumerate([shape, shape, *[shape[1:2]] * 3]))
    var = np.abs(var) + 0.5
    axes = (0, *range(2, len(shape)))
    running = (None, None) if training else (torch.tensor(mean), torch.tensor(var))

    def forward(x, gamma, beta):
        return torch.nn.functional.batch_norm(x, *running, gamma, beta, training, eps=eps)

    _, gradients = torch_vjp(forward, x, gamma, np.zeros_like(gamma), grad=grad)
    if training:
        mean, var = x.mean(axis=axes), x.var(axis=axes)
    inputs = [grad, x + offset, gamma, mean + offset, 1 / np.sqrt(var + eps)]
    return [torch.tensor(each).to(dtype) for each in inputs], tuple(torch.tensor(each).to(dtype) for each in gradients)


def gradients_of(work, inputs, *, training, layout="rows"):
    """What comes back for these inputs, after a call with others of the same shapes, and the inputs then."""
    grad, x, gamma, mean, inv_std = inputs
    others = [grad.flip(0) + 1, x + 1, gamma + 1, mean + 1, inv_std * 0.5]  # who remembers their result has the next one wrong
    results, then = work.run(probes.calls, "batch_norm_backward", [others, inputs], layout, training=training)
    return results[1], then[1]


def check(work, inputs, want, which, training, **options):
    """One of the three gradients, and nothing else."""
    got, _ = gradients_of(work, inputs, training=training)
    given = {**dict(zip(NAMES, inputs)), "training": training}
    expect_true(type(got) is tuple and len(got) == 3, got=got, given=given,
                want="a tuple of three tensors: the gradients of x, gamma and beta")
    place = RESULTS.index(which)
    expect(got[place], equals=want[place], given=given, note=f"the gradient of {which}", **options)


vectors = st.tuples(st.integers(2, 5), st.integers(1, 4))
images = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(2, 3))


@few
@given(vectors | images, seeds, trained)
def test_beta(work, shape, seed, training):
    """The gradient of beta, in training and otherwise."""
    check(work, *case(shape, seed, training=training), "beta", training)


@few
@given(vectors | images, seeds, trained)
def test_gamma(work, shape, seed, training):
    """The gradient of gamma, in training and otherwise."""
    check(work, *case(shape, seed, training=training), "gamma", training)


@few
@given(vectors, seeds)
def test_x_of_vectors(work, shape, seed):
    """Training, (batch, features): the gradient of x, by the value itself, the mean and the variance."""
    check(work, *case(shape, seed, training=True), "x", True)


@few
@given(images, seeds)
def test_x_of_images(work, shape, seed):
    """Training, (batch, channels, height, width): the gradient of x, within each channel."""
    check(work, *case(shape, seed, training=True), "x", True)


@few
@given(vectors | images | st.sampled_from([(1, 1), (1, 3), (1, 2, 1, 1), (2, 2, 3)]), seeds)
def test_x_outside_of_training(work, shape, seed):
    """Outside of training mean and inv_std are constants, and the gradient of x goes straight through."""
    check(work, *case(shape, seed, training=False), "x", False)


@pytest.mark.parametrize("shape", [(3, 2), (2, 2, 1, 3)])
@pytest.mark.parametrize("eps", [0.5, 8.0])
def test_large_eps(work, shape, eps):
    """Training: the gradient of x is the slope of y, by finite differences, also where eps is large."""
    for seed in (1, 2):
        (grad, x, gamma, mean, inv_std), _ = case(shape, seed, training=True, eps=eps)
        axes, beside_x = (0, *range(2, len(shape))), (-1, *[1] * (len(shape) - 2))

        def normalised(x):
            mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
            return gamma.numpy().reshape(beside_x) * (x - mean) / np.sqrt(var + eps)

        of_x, = numeric_vjp(normalised, x.numpy(), grad=grad.numpy())
        # Sums around 100 are right to 1e-14, and their differences are divided by 2e-6.
        check(work, [grad, x, gamma, mean, inv_std], [torch.tensor(of_x)], "x", True, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype, offset", [(torch.float32, 1e4), (torch.float64, 1e8)])
@pytest.mark.parametrize("shape", [(8, 2), (2, 3, 2, 2)])
def test_far_from_zero(work, dtype, offset, shape):
    """The gradients are as exact where the values of x lie far from 0 as they are around 0."""
    for seed, training in ((11, True), (12, False)):
        # Eight values for each feature, in eighths: their mean has no rounding error, and neither has x - mean.
        inputs, want = case(shape, seed, training=training, dtype=dtype, offset=offset)
        got, _ = gradients_of(work, inputs, training=training)
        given = {**dict(zip(NAMES, inputs)), "training": training}
        expect(got, equals=want, given=given, note="the gradients of x, gamma and beta")


@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("training", [True, False])
def test_dtypes_and_layouts(work, dtype, layout, training):
    """The dtype stays, any strides will do, and the arguments are only read."""
    for shape in (*SHAPES, (3, 2, 4), (2, 3, 2, 1, 2)):
        inputs, want = case(shape, seed=21, training=training, dtype=dtype)
        got, then = gradients_of(work, inputs, training=training, layout=layout)
        given = {"dtype": str(dtype), "layout in memory": layout, "shape of x": shape, "training": training}
        expect(got, equals=want, given=given, note="the gradients of x, gamma and beta")
        expect(then, equals=inputs, given=given, note="grad, x, gamma, mean and inv_std afterwards")
