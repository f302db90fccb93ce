"""RMSProp: each coordinate of the gradient is divided by its own root mean square."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect
from tests.p1_fundamentals.optimizers import probes
from tests.p1_fundamentals.optimizers import probes_rmsprop as of_rmsprop
from tests.strategies import seeds, shapes, values

few = settings(max_examples=20)  # element by element, one shape is much like another

# Settings with which every term of the formulas shows: in three steps an α of 0.99 forgets next to nothing.
PLAIN = {"lr": 0.125, "alpha": 0.75, "eps": 0.01}
ALL = {"lr": 0.125, "alpha": 0.75, "eps": 0.01, "weight_decay": 0.25, "momentum": 0.5, "centered": True}


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed)).to(dtype)


def random_gradients(sides, steps, seed, dtype=torch.float64):
    """For each step a gradient for each parameter."""
    return [[tensor(side, seed + 100 * step + i, dtype) for i, side in enumerate(sides)] for step in range(1, steps + 1)]


def check(work, groups, gradients, layout="rows", rates=None, **options):
    """The parameters after each step and the state at the end against those of torch.optim.RMSprop."""
    want, kept = probes.train(torch.optim, "RMSprop", groups, gradients, layout=layout, rates=rates, foreach=False, **options)
    got, state = work.run(probes.train, "RMSprop", groups, gradients, layout=layout, rates=rates, **options)
    given = {**options, "parameters": groups if len(groups) > 1 else groups[0]["params"], "gradients, step by step": gradients}
    given |= {"lr, step by step": rates} if rates else {}
    expect(got, equals=want, given=given, note="the parameters after each step")
    for place, (own, theirs) in enumerate(zip(state, kept, strict=True)):
        expect(sorted(own), equals=sorted(theirs), given=given, note=f"the keys of the state of parameter {place}")
        for key in sorted(theirs):
            expect(own[key], equals=theirs[key], given=given, note=f'"{key}" of parameter {place} after all steps')


@st.composite
def runs(draw):
    """(parameters, gradients step by step) of one to three parameters, and one to five steps."""
    sides, seed = draw(st.lists(shapes(min_side=0, max_dims=2, max_side=3), min_size=1, max_size=3)), draw(seeds)
    return [tensor(side, seed + 50 + i) for i, side in enumerate(sides)], random_gradients(sides, draw(st.integers(1, 5)), seed)


@few
@given(runs(), st.sampled_from([0.5, 0.9, 0.99, 0.0]), st.sampled_from([0.01, 1.0, 30.0]))
def test_divides_by_the_root_mean_square(work, run, alpha, lr):
    """The plain form: a moving average of the squares for each number, and steps by the gradient over its root."""
    params, gradients = run
    check(work, [{"params": params}], gradients, lr=lr, alpha=alpha, eps=0.01)


@pytest.mark.parametrize("scale", [1e6, 1.0, 1e-3, 1e-8, 0.0])
def test_gradients_of_any_size(work, scale):
    """The plain form with its default settings, for gradients from very large ones, and such that eps counts, to 0."""
    for seed in (1, 2):
        gradients = [[scale * g for g in arrived] for arrived in random_gradients([(2, 3), ()], steps=8, seed=seed)]
        check(work, [{"params": [tensor((2, 3), seed + 10), tensor((), seed + 20)]}], gradients)


@few
@given(runs(), st.sampled_from([0.5, 0.9]), st.sampled_from([0.9, 0.25]), st.sampled_from([0.5, 2.0]))
def test_momentum(work, run, alpha, momentum, lr):
    """With momentum: the steps, already divided, go into a velocity, and the learning rate multiplies the velocity."""
    params, gradients = run
    check(work, [{"params": params}], gradients, lr=lr, alpha=alpha, eps=0.01, momentum=momentum)


@few
@given(runs(), st.sampled_from([0.5, 0.9]), st.sampled_from([0.0, 0.5]))
def test_centred(work, run, alpha, momentum):
    """Centred: divided by the standard deviation, the mean of the squares less the square of the mean."""
    params, gradients = run
    check(work, [{"params": params}], gradients, lr=0.125, alpha=alpha, eps=0.01, momentum=momentum, centered=True)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"centered": True}])
def test_weight_decay(work, options):
    """Weight decay is part of the gradient in all that is computed from it."""
    for seed in (31, 32):
        gradients = random_gradients([(2, 2), (3,)], steps=4, seed=seed)
        gradients[1][0] = torch.zeros(2, 2, dtype=torch.float64)
        check(work, [{"params": [tensor((2, 2), seed + 1), tensor((3,), seed + 2)]}], gradients, **PLAIN, weight_decay=0.5,
              **options)


@pytest.mark.parametrize("alpha, momentum", [(0.2, 0.0), (0.45, 0.5)])
def test_a_variance_of_0(work, alpha, momentum):
    """Centred, with the same gradient in 60 steps: the variance goes to 0, and rounding does not make NaN of it."""
    steps, lr, eps = 60, 0.01, 0.5
    # With these α each way to write the averages rounds ten or more of the variances to less than 0; with 0.9 none does.
    gradients = torch.cat([tensor((20, 5), 41).flatten() / 3, torch.tensor([0.1, 0.7, 1e3, 0.0], dtype=torch.float64)])
    # Averages of a constant g are wg² and wg with w = 1 - αᵗ, so the variance is w(1 - w)g². Its rounding error is 1e-16 g²
    # and that of its root 1e-8 g, or 1e-5 for the largest g, beside an eps of 0.5.
    p, b = torch.zeros_like(gradients), torch.zeros_like(gradients)
    for step in range(1, steps + 1):
        rest = alpha ** step
        b = momentum * b + gradients / ((rest * (1 - rest)) ** 0.5 * gradients.abs() + eps)
        p = p - lr * b
    options = {"lr": lr, "alpha": alpha, "eps": eps, "momentum": momentum, "centered": True}
    got, _ = work.run(probes.train, "RMSprop", [{"params": [torch.zeros_like(gradients)]}], [[gradients]] * steps, **options)
    given = {**options, "the gradient of each step": gradients, "steps": steps}
    expect(got[-1], equals=[p], given=given, rtol=1e-4, atol=1e-6, note="the parameter, which began at 0, after all steps")


def test_groups_rates_and_absent_gradients(work):
    """Settings of a group's own, a learning rate that changes, and parameters that have no gradient in some steps."""
    sides = [(2,), (2, 2), (2,), (3,), (1, 2)]
    for seed in (51, 52):
        params, gradients = [tensor(side, seed + 1 + i) for i, side in enumerate(sides)], random_gradients(sides, 6, seed)
        for step, place in [(0, 0), (1, 1), (3, 0), (3, 1), (4, 1), (2, 3), (5, 4), *((step, 2) for step in range(6))]:
            gradients[step][place] = None
        groups = [{"params": params[:3]}, {"params": params[3:4], "alpha": 0.5, "eps": 0.5, "centered": False, "momentum": 0.0},
                  {"params": params[4:], "weight_decay": 0.0, "momentum": 0.25}]
        check(work, groups, gradients, rates=[0.5, 0.25, 2.0, 0.125, 1.0, 0.0625], **ALL)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
def test_moves_the_parameters_in_place(work, dtype, layout):
    """The memory of the parameters is changed, however they lie in it; gradients are only read; the state has their dtype."""
    sides, dtype = [(2, 3), (3,), ()], getattr(torch, dtype)
    for seed in (61, 62):
        params = [(tensor(side, seed + i) / 3).to(dtype) for i, side in enumerate(sides)]  # thirds are exact in no dtype
        gradients = [[g / 3 for g in arrived] for arrived in random_gradients(sides, 4, seed + 5, dtype)]
        want, _ = probes.train(torch.optim, "RMSprop", [{"params": params}], gradients, layout=layout, foreach=False, **ALL)
        got, after, kept = work.run(of_rmsprop.in_place, params, gradients, layout, **ALL)
        given = {**ALL, "parameters": params, "gradients, step by step": gradients, "layout in memory": layout}
        expect(got, equals=want[-1], given=given, note="the memory of the parameters after all steps")
        expect(after, equals=gradients[-1], given=given, note="the gradients of the last step, after it")
        for found, side in zip(kept, sides):
            expect([[kind, shape] for _, kind, shape in found], equals=[[str(dtype), list(side)]] * len(found), given=given,
                   note="dtype and shape of each tensor that is kept for a parameter")


def test_goes_on_from_a_saved_state(work):
    """Goes on from a state that torch.optim.RMSprop has saved, as that goes on itself."""
    sides = [(2, 3), ()]
    for options in (PLAIN, ALL):
        params, gradients = [tensor(side, 71 + i) for i, side in enumerate(sides)], random_gradients(sides, 7, 73)
        history, _ = probes.train(torch.optim, "RMSprop", [{"params": params}], gradients, foreach=False, **options)
        _, saved = probes.train(torch.optim, "RMSprop", [{"params": params}], gradients[:4], foreach=False, **options)
        got = work.run(of_rmsprop.go_on, history[3], saved, gradients[4:], **options)
        expect(got, equals=history[4:], note="the parameters after each step",
               given={**options, "parameters": history[3], "state": saved, "gradients, step by step": gradients[4:]})
