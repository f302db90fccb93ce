"""SGD with momentum, and Adam."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.autograd import probes_optimizers as probes
from tests.strategies import seeds, shapes, values

ORACLES = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}
# Hyperparameters with which every term of a formula shows.
OPTIONS = {"SGD": {"lr": 0.125, "momentum": 0.75}, "Adam": {"lr": 0.125, "betas": (0.75, 0.9), "eps": 1e-3}}


def torch_train(optimizer, arrays, gradients, rates=None, **options):
    """PyTorch's parameters after each step, a stack for each parameter."""
    params = [torch.tensor(array, requires_grad=True) for array in arrays]
    stepper = ORACLES[optimizer](params, foreach=False, **options)
    history = [[] for _ in params]
    for place, arrived in enumerate(gradients):
        for param, gradient in zip(params, arrived):
            param.grad = None if gradient is None else torch.tensor(gradient)
        if rates is not None:
            stepper.param_groups[0]["lr"] = rates[place]
        stepper.step()
        for kept, param in zip(history, params):
            kept.append(param.detach().numpy().copy())
    return [np.stack(kept) for kept in history]


def check(work, optimizer, arrays, gradients, rates=None, container="list", **options):
    """The parameters after each step against PyTorch's."""
    want = torch_train(optimizer, arrays, gradients, rates, **options)
    got = work.run(probes.train, optimizer, arrays, gradients, rates, container, **options)
    given = {"optimizer": optimizer, **options, "parameters": arrays, "gradients, step by step": gradients}
    expect(got, equals=want, given=given if rates is None else {**given, "lr, step by step": rates},
           note="a parameter after each step")


def random_gradients(sides, steps, seed):
    """For each step a gradient for each parameter."""
    return [[values(side, seed + 100 * step + i) for i, side in enumerate(sides)] for step in range(steps)]


@st.composite
def runs(draw, steps):
    """(parameters, gradients step by step) of one to three parameters."""
    sides, seed = draw(st.lists(shapes(min_side=0, max_dims=2, max_side=3), min_size=1, max_size=3)), draw(seeds)
    return [values(side, seed + 50 + i) for i, side in enumerate(sides)], random_gradients(sides, draw(steps), seed)


@given(runs(st.integers(1, 3)), st.sampled_from([1.0, 0.1, 0.003]))
def test_sgd(work, run, lr):
    """SGD: without momentum, a step goes against the gradient by lr times its length."""
    check(work, "SGD", *run, lr=lr)


@given(runs(st.integers(1, 8)), st.sampled_from([0.1, 0.01]), st.sampled_from([0.9, 0.5, 0.99]))
def test_sgd_with_momentum(work, run, lr, momentum):
    """SGD: with momentum, a velocity for each parameter carries the gradients of all steps."""
    check(work, "SGD", *run, lr=lr, momentum=momentum)


@given(runs(st.integers(1, 8)), st.sampled_from([(0.9, 0.999), (0.5, 0.75), (0.0, 0.9), (0.9, 0.0)]))
def test_adam(work, run, betas):
    """Adam: moving averages of gradient and square, corrected for their start at 0."""
    check(work, "Adam", *run, lr=0.1, betas=betas)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e-3, 1e-8, 0.0])
def test_adam_over_many_steps(work, scale):
    """Adam: a hundred steps with its default hyperparameters, for gradients of any size, down to 0."""
    gradients = [[scale * g for g in given] for given in random_gradients([(2, 3), ()], steps=100, seed=1)]
    check(work, "Adam", [values((2, 3), seed=2), values((), seed=3)], gradients)


@pytest.mark.parametrize("optimizer", ORACLES)
def test_skips_parameters_without_a_gradient(work, optimizer):
    """A parameter whose grad is None stays where it is, and goes on later from where it was."""
    arrays = [values((2,), seed=4), values((2, 2), seed=5), values((2,), seed=6)]
    gradients = random_gradients([(2,), (2, 2), (2,)], steps=6, seed=7)
    for step, i in [(0, 0), (1, 1), (3, 0), (3, 1), (4, 1), *((step, 2) for step in range(6))]:
        gradients[step][i] = None
    check(work, optimizer, arrays, gradients, **OPTIONS[optimizer])


@pytest.mark.parametrize("optimizer", ORACLES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("plain", [False, True])
def test_moves_data_in_place(work, optimizer, dtype, plain):
    """The array `data`, be it a view, is changed in place and keeps its dtype; the gradient is only read."""
    options = {"lr": 0.125} if plain else OPTIONS[optimizer]
    sides = [(2, 3), (2,), ()]
    arrays = [values(side, seed=8 + i, dtype=dtype) for i, side in enumerate(sides)]
    gradients = [[g.astype(dtype) for g in given] for given in random_gradients(sides, steps=4, seed=11)]
    want = torch_train(optimizer, arrays, gradients, **options)
    same, params, grads = work.run(probes.train_in_place, optimizer, arrays, gradients, **options)
    given = {"optimizer": optimizer, **options, "dtype": np.dtype(dtype).name, "parameters": "views, as x.T is one"}
    expect(same, equals=[True] * 3, given=given, note="whether data is the array that it was before")
    expect(params, equals=[history[-1] for history in want], given=given,
           note="that array after four steps, each gradient written into the same array")
    expect(grads, equals=gradients[-1], given=given, note="the gradient after the last step")


@pytest.mark.parametrize("optimizer", ORACLES)
@pytest.mark.parametrize("container", ["tuple", "generator"])
def test_takes_any_iterable(work, optimizer, container):
    """The parameters may come in a tuple or from a generator, which can be walked only once."""
    gradients = random_gradients([(2,), (3,)], steps=3, seed=12)
    check(work, optimizer, [values((2,), seed=13), values((3,), seed=14)], gradients, container=container,
          **OPTIONS[optimizer])


@pytest.mark.parametrize("optimizer", ["Optimizer", *ORACLES])
def test_keeps_its_parameters(work, optimizer):
    """`params` is a list of the very parameters, in order, those included that require no gradient now."""
    kind, places, lr, _ = work.run(probes.what_an_optimizer_keeps, optimizer, np.ones(7), lr=0.5)
    given = {"optimizer": optimizer, "lr": 0.5, "requires_grad of the parameters": [True, False, True]}
    expect(kind, equals="list", given=given, note="the type of params")
    expect(places, equals=[0, 1, 2], given=given,
           note="the parameters: each by its place among those handed over, -1 for any other tensor")
    expect(lr, equals=0.5, given=given, note="lr")


@supporting
@pytest.mark.parametrize("optimizer", ORACLES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_keeps_state_in_the_dtype_of_its_parameters(work, optimizer, dtype):
    """Velocities and averages have the dtype of their parameters."""
    *_, dtypes = work.run(probes.what_an_optimizer_keeps, optimizer, np.ones(7, dtype), lr=0.5)
    given = {"optimizer": optimizer, "lr": 0.5, "dtype of the parameters": dtype}
    expect_true(all(found == dtype for found in dtypes), got=dtypes, want=f"{dtype} alone", given=given,
                note="the dtypes of the arrays that it keeps for its parameters")


@pytest.mark.parametrize("optimizer", ORACLES)
def test_follows_a_schedule(work, optimizer):
    """`lr` may be set to another value between two steps."""
    gradients = random_gradients([(2, 2)], steps=5, seed=15)
    check(work, optimizer, [values((2, 2), seed=16)], gradients, rates=[0.5, 0.25, 0.125, 1.0, 0.0625],
          **OPTIONS[optimizer])


@pytest.mark.parametrize("optimizer", ORACLES)
def test_zero_grad(work, optimizer):
    """zero_grad sets every gradient to None, after which a step moves nothing."""
    arrays, grad = [values((2,), seed=17), values((3,), seed=18)], np.array([1.0, -2.0])
    grads, first, second, kept = work.run(probes.zero_gradients, optimizer, arrays, grad, **OPTIONS[optimizer])
    given = {"optimizer": optimizer, **OPTIONS[optimizer], "parameters": arrays, "gradient of the first": grad}
    expect(grads, equals=[None, None], given=given, note="the gradients after zero_grad")
    # Where the first step led is for other checks to judge.
    expect(second, equals=first, given=given, note="the parameters after zero_grad and another step")
    expect(kept, equals=grad, given=given, note="the array that was the gradient")


@pytest.mark.parametrize("optimizer, count, options, name", [
    *(("SGD", 1, {"lr": lr}, "lr") for lr in (0.0, -0.1, float("nan"))),
    *(("SGD", 1, {"lr": 0.1, "momentum": momentum}, "momentum") for momentum in (-0.1, 1.0, 1.5, float("nan"))),
    *(("Adam", 1, {"lr": lr}, "lr") for lr in (0.0, -0.1, float("nan"))),
    *(("Adam", 1, {"betas": betas}, "betas")
      for wrong in (1.0, -0.1, float("nan")) for betas in ((wrong, 0.9), (0.9, wrong))),
    *(("Adam", 1, {"eps": eps}, "eps") for eps in (0.0, -1e-8, float("nan"))),
    ("SGD", 0, {"lr": 0.1}, "params"), ("Adam", 0, {}, "params"),
    ("Optimizer", 0, {"lr": 0.1}, "params"), ("Optimizer", 1, {"lr": 0.0}, "lr"),
])
def test_refuses_bad_hyperparameters(work, optimizer, count, options, name):
    """Senseless hyperparameters, or no parameters, raise ValueError with their name in the message; others do not."""
    if optimizer in ORACLES:
        classes, message = work.run(probes.error_of_optimizer, optimizer, 1, OPTIONS[optimizer])
        expect_true(not classes, got=f"{classes[:1]}: {message}", want="no error", given={"optimizer": optimizer, **OPTIONS[optimizer]})
    for container in ("list",) if count else ("list", "generator"):
        refused(work, optimizer, count, options, name, container)


def refused(work, optimizer, count, options, name, container):
    given = {"optimizer": optimizer, **options, "number of parameters": count, "params": f"a {container}"}
    classes, message = work.run(probes.error_of_optimizer, optimizer, count, options, container)
    expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError", given=given)
    expect_true(name in message, got=message, want=f'a message with "{name}" in it', given=given)
