"""Batch normalisation."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises
from tests.p1_fundamentals.barebones import probes, probes_batch_norm
from tests.strategies import seeds, values

few = settings(max_examples=20)  # numbers of one shape are much like others, and there are few small shapes

NAMES = ("x", "gamma", "beta", "running_mean", "running_var")
SHAPES = [(4, 3), (2, 3, 2, 2)]
epsilons = st.sampled_from([1e-5, 0.5])  # with 0.5 it shows where eps stands


def tensors(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed)).to(dtype)


def arguments(shape, seed, dtype=torch.float64):
    """[x, gamma, beta, running mean, running variance], the last between 1/2 and 7/2."""
    x, gamma, beta, mean, var = (tensors(side, seed + 10_000 * i, dtype)
                                 for i, side in enumerate([shape, *[shape[1:2]] * 4]))
    return [x, gamma, beta, mean, var.abs() + 0.5]


def oracle(inputs, *, training, eps=1e-5, momentum=0.1):
    """PyTorch's result and the running statistics afterwards, in float64 and then in the dtype of x."""
    x, gamma, beta, mean, var = (each.double().clone() for each in inputs)
    y = torch.nn.functional.batch_norm(x, mean, var, gamma, beta, training, momentum, eps)
    return [each.to(inputs[0].dtype) for each in (y, mean, var)]


def normalised(work, inputs, layout="rows", **options):
    """What comes back for these inputs, after a call with others of the same shapes, and the inputs then."""
    x, gamma, beta, mean, var = inputs
    # Who remembers their result has the next one wrong.
    others = [x.flip(0) * 0.75 + 1, gamma + 1, beta + 1, mean.flip(0) + 1, var + 1]
    results, then = work.run(probes.calls, "batch_norm", [others, inputs], layout, **options)
    return results[1], then[1]


def check_result(work, inputs, **options):
    """What comes back, and nothing else."""
    want, *_ = oracle(inputs, **options)
    got, _ = normalised(work, inputs, **options)
    expect(got, equals=want, given={**dict(zip(NAMES, inputs)), **options})


@few
@given(st.integers(2, 5), st.integers(1, 4), seeds, epsilons)
def test_training_on_vectors(work, batch, features, seed, eps):
    """Training, (batch, features): each feature is normalised with its mean and biased variance in the batch."""
    check_result(work, arguments((batch, features), seed), training=True, eps=eps)


@few
@given(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(2, 3)), seeds, epsilons)
def test_training_on_images(work, shape, seed, eps):
    """Training, (batch, channels, height, width): each channel is normalised over batch, height and width."""
    check_result(work, arguments(shape, seed), training=True, eps=eps)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("momentum", [0.1, 0.75, 1.0])
def test_running_mean(work, shape, momentum):
    """Training moves running_mean towards the batch's mean by the momentum, and evaluation takes it off."""
    check_running(work, shape, momentum, which=0, seed=1)


@pytest.mark.parametrize("shape", [*SHAPES, (2, 3)])
@pytest.mark.parametrize("momentum", [0.1, 0.75, 1.0])
def test_running_var(work, shape, momentum):
    """Training moves running_var towards the unbiased variance by the momentum, and evaluation divides by its root."""
    check_running(work, shape, momentum, which=1, seed=20)


def check_running(work, shape, momentum, which, seed):
    """One of the running statistics after each of three batches, and evaluation with it and a plain other one."""
    name, eps = NAMES[3 + which], 1e-3
    batches = [tensors(shape, seed + i) for i in range(3)]
    inputs = arguments(shape, seed + 10)
    x, gamma, beta, *running = inputs
    history = []
    for batch in batches:
        _, *running = oracle([batch, gamma, beta, *running], training=True, momentum=momentum, eps=eps)
        history.append(running[which])
    plain = [running[0], torch.ones_like(running[1])] if which == 0 else [torch.zeros_like(running[0]), running[1]]
    evaluated, *_ = oracle([x, gamma, beta, *plain], training=False, eps=eps)

    got = work.run(probes_batch_norm.train_then_evaluate, batches, inputs, momentum, eps)
    given = {"three batches": batches, "momentum": momentum, f"{name} before": inputs[3 + which]}
    expect(got[which], equals=torch.stack(history), given=given, note=f"{name} after each of three batches")
    given = {"x": x, "gamma": gamma, "beta": beta, **dict(zip(NAMES[3:], plain)), "training": False, "eps": eps}
    expect(got[2 + which], equals=evaluated, given=given, note=f"the result of evaluation, with that {name}")


@few
@given(st.sampled_from([(1, 2), (3, 2), (1, 1), (2, 2, 3, 1), (1, 3, 1, 1), (2, 2, 3)]), seeds, epsilons)
def test_evaluation(work, shape, seed, eps):
    """Evaluation normalises with the running statistics, also a batch of one example, and leaves them."""
    inputs = arguments(shape, seed)
    want, *_ = oracle(inputs, training=False, eps=eps)
    got, then = normalised(work, inputs, training=False, eps=eps)
    given = {**dict(zip(NAMES, inputs)), "training": False, "eps": eps}
    expect(got, equals=want, given=given)
    expect(then[3], equals=inputs[3], given=given, note="running_mean afterwards")
    expect(then[4], equals=inputs[4], given=given, note="running_var afterwards")


@pytest.mark.parametrize("few, enough", [
    ((1, 3), (2, 3)), ((1, 2, 1, 1), (1, 2, 1, 2)), ((1, 2, 1, 1), (1, 2, 2, 1)), ((1, 4, 1, 1), (2, 4, 1, 1)),
    ((1, 2, 1), (1, 2, 2))])
def test_refuses_a_single_value(work, few, enough):
    """Training refuses a batch with one value of a feature, with ValueError, and changes nothing; two are enough."""
    check_result(work, arguments(enough, seed=41), training=True, eps=0.5)
    inputs = arguments(few, seed=42)
    before = [each.clone() for each in inputs]
    given = {**dict(zip(NAMES, inputs)), "shape of x": few, "training": True}
    with expect_raises(ValueError, given=given):
        work.batch_norm(*inputs, training=True)
    expect(work.run(probes_batch_norm.after_refusal, before), equals=before, given=given, note="the arguments after the ValueError")


@pytest.mark.parametrize("dtype, offset", [(torch.float32, 1e4), (torch.float64, 1e8)])
@pytest.mark.parametrize("shape", [(8, 2), (2, 3, 2, 2)])
def test_far_from_zero(work, dtype, offset, shape):
    """Training stays accurate where the values lie far from 0, compared with their spread."""
    for seed in (51, 52):
        near = arguments(shape, seed, dtype)
        # Eight values for each feature, in eighths: here their mean has no rounding error.
        x, gamma, beta, mean, var = near
        far = [x + offset, gamma, beta, mean + offset, var]
        y, mean, var = oracle(near, training=True)
        got, then = normalised(work, far, training=True)
        given = {**dict(zip(NAMES, far)), "offset": offset}
        # γ x / σ and γ μ / σ are about 10⁴ (10⁸ in float64) and may be rounded before they are subtracted.
        expect(got, equals=y, given=given, rtol=0, atol=64 * offset * torch.finfo(dtype).eps)
        expect(then[3], equals=mean + offset, given=given, note="running_mean afterwards")
        expect(then[4], equals=var, given=given, note="running_var afterwards")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
def test_constant_feature(work, shape, training):
    """A feature that is the same everywhere, or has a running variance of 0, stays finite: eps is under the root."""
    for seed in (61, 62):
        inputs = arguments(shape, seed)
        inputs[0][:, 1] = inputs[3][1]
        inputs[4][1] = 0
        check_result(work, inputs, training=training, eps=1e-3)


@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("training", [True, False])
def test_dtypes_and_layouts(work, dtype, layout, training):
    """The dtype stays, any strides will do, and nothing is changed but the running statistics in training."""
    for shape in (*SHAPES, (3, 2, 4), (2, 3, 2, 1, 2)):
        inputs = arguments(shape, seed=71, dtype=dtype)
        want, *running = oracle(inputs, training=training)
        got, then = normalised(work, inputs, layout=layout, training=training)
        given = {"dtype": str(dtype), "layout in memory": layout, "shape of x": shape, "training": training}
        expect(got, equals=want, given=given)
        expect(then, equals=[*inputs[:3], *running], given=given,
               note="x, gamma, beta, running_mean and running_var afterwards")
