"""Adam, AdamW and AMSGrad."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.optimizers import probes
from tests.p1_fundamentals.optimizers import probes_adam as of_adam
from tests.strategies import seeds, shapes, values

few = settings(max_examples=20)  # element by element, one shape is much like another

# Settings with which every term of the formulas shows in a few steps.
PLAIN = {"lr": 0.125, "betas": (0.5, 0.75), "eps": 0.125}
ALL = {**PLAIN, "weight_decay": 0.25, "amsgrad": True}
NAMES = ["Adam", "AdamW"]


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed)).to(dtype)


def random_gradients(sides, steps, seed, dtype=torch.float64):
    """For each step a gradient for each parameter."""
    return [[tensor(side, seed + 100 * step + i, dtype) for i, side in enumerate(sides)] for step in range(1, steps + 1)]


def check(work, name, groups, gradients, layout="rows", rates=None, **options):
    """The parameters after each step and the state at the end against those of torch.optim, one parameter at a time."""
    want, kept = probes.train(torch.optim, name, groups, gradients, layout=layout, rates=rates, foreach=False, **options)
    got, state = work.run(probes.train, name, groups, gradients, layout=layout, rates=rates, **options)
    given = {"optimiser": name, **options, "parameters": groups if len(groups) > 1 else groups[0]["params"]}
    # Fifty steps are too many to show.
    given |= {"gradients, step by step": gradients} if len(gradients) < 10 else {"steps": len(gradients)}
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
@given(runs(), st.sampled_from([(0.5, 0.75), (0.9, 0.5), (0.0, 0.75), (0.5, 0.0), (0.0, 0.0)]),
       st.sampled_from([0.125, 1e-3, 1000.0]), st.sampled_from([0.125, 1e-8]))
def test_adam(work, run, betas, lr, eps):
    """Adam: both averages, their corrections and the step, for any betas and any rate."""
    params, gradients = run
    check(work, "Adam", [{"params": params}], gradients, lr=lr, betas=betas, eps=eps)


@pytest.mark.parametrize("seed, scale", [*enumerate([1e6, 1.0, 1e-3, 1e-8, 0.0])])
def test_many_steps_with_gradients_of_any_size(work, seed, scale):
    """Adam: fifty steps with its default settings, for gradients from very large ones, and such that eps counts, to 0."""
    # The parameters begin at 0, so that what they have moved, by a thousandth in each step, is all that is compared.
    gradients = [[scale * g for g in arrived] for arrived in random_gradients([(2, 3), ()], steps=50, seed=seed)]
    check(work, "Adam", [{"params": [torch.zeros(side, dtype=torch.float64) for side in ((2, 3), ())]}], gradients)


@pytest.mark.parametrize("betas", [(0.5, 0.75), (0.0, 0.5), (0.5, 0.0)])
def test_amsgrad(work, betas):
    """AMSGrad: divides by the largest mean square so far, number by number, and corrects that for its start."""
    for seed, steps in ((11, 3), (12, 8)):
        gradients = random_gradients([(2, 3), (), (0,)], steps, seed)
        for step in range(1, steps):  # they become smaller, so that the largest square lies behind
            gradients[step] = [g / 2 ** step for g in gradients[step]]
        check(work, "Adam", [{"params": [tensor((2, 3), seed + 1), tensor((), seed + 2), tensor((0,), seed)]}], gradients,
              **{**PLAIN, "betas": betas}, amsgrad=True)


@pytest.mark.parametrize("options", [{}, {"amsgrad": True}, {"lr": 4.0, "betas": (0.0, 0.75)}])
def test_weight_decay_of_adam(work, options):
    """Adam: weight decay is part of the gradient, in both averages."""
    for seed in (21, 22):
        gradients = random_gradients([(2, 2), (3,)], steps=4, seed=seed)
        gradients[1][0] = torch.zeros(2, 2, dtype=torch.float64)
        check(work, "Adam", [{"params": [tensor((2, 2), seed + 1), tensor((3,), seed + 2)]}], gradients,
              **{**PLAIN, "weight_decay": 0.5, **options})


@pytest.mark.parametrize("options", [{"weight_decay": 0.5}, {"weight_decay": 0.5, "amsgrad": True}, {"weight_decay": 0.0},
                                     {"weight_decay": 0.5, "lr": 4.0, "betas": (0.75, 0.0)}, {}])
def test_weight_decay_of_adamw(work, options):
    """AdamW: weight decay makes the parameter smaller and is in no average; it is 0.01 where nothing is said."""
    for seed in (31, 32):
        gradients = random_gradients([(2, 2), (3,)], steps=4, seed=seed)
        gradients[1][0] = torch.zeros(2, 2, dtype=torch.float64)
        check(work, "AdamW", [{"params": [tensor((2, 2), seed + 1), tensor((3,), seed + 2)]}], gradients,
              rates=[1.0, 0.25, 2.0, 0.5], **{**PLAIN, **options})


@pytest.mark.parametrize("name", NAMES)
def test_groups_rates_and_absent_gradients(work, name):
    """Groups with settings of their own, rates that change, and parameters that join later, with their own count of steps."""
    sides = [(2,), (2, 2), (2,), (3,), (1, 2)]
    for seed in (51, 52):
        params, gradients = [tensor(side, seed + 1 + i) for i, side in enumerate(sides)], random_gradients(sides, 6, seed)
        for step, place in [(0, 0), (1, 1), (3, 0), (3, 1), (4, 1), (2, 3), (5, 4), *((step, 2) for step in range(6))]:
            gradients[step][place] = None
        groups = [{"params": params[:3]}, {"params": params[3:4], "betas": (0.25, 0.5), "eps": 0.5, "amsgrad": False},
                  {"params": params[4:], "weight_decay": 0.0}]
        check(work, name, groups, gradients, rates=[0.5, 0.25, 2.0, 0.125, 1.0, 0.0625], **ALL)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtypes", ["float32", "float64", "float32 and float64"])
@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
def test_moves_the_parameters_in_place(work, name, dtypes, layout):
    """The memory of the parameters is changed, in their dtype and however they lie in it; the gradients are only read."""
    sides, kinds = [(2, 3), (3,), ()], [getattr(torch, kind) for kind in dtypes.split(" and ")]
    for seed in (61, 62):
        dtype = [kinds[i % len(kinds)] for i in range(len(sides))]
        params = [(tensor(side, seed + i) / 3).to(kind) for i, (side, kind) in enumerate(zip(sides, dtype))]  # no exact thirds
        gradients = [[(g / 3).to(kind) for g, kind in zip(arrived, dtype)] for arrived in random_gradients(sides, 4, seed + 5)]
        want, _ = probes.train(torch.optim, name, [{"params": params}], gradients, layout=layout, foreach=False, **ALL)
        given = {"optimiser": name, **ALL, "parameters": params, "gradients, step by step": gradients, "layout": layout}
        got, after = work.run(of_adam.in_place, name, params, gradients, layout, **ALL)
        expect(got, equals=want[-1], given=given, note="the memory of the parameters after all steps")
        expect(after, equals=gradients[-1], given=given, note="the gradients of the last step, after it")


@pytest.mark.parametrize("name", NAMES)
def test_goes_on_from_a_saved_state(work, name):
    """Goes on from a state that torch.optim has saved, as that goes on itself."""
    sides = [(2, 3), ()]
    for options in (PLAIN, ALL):
        params, gradients = [tensor(side, 71 + i) for i, side in enumerate(sides)], random_gradients(sides, 7, 73)
        history, _ = probes.train(torch.optim, name, [{"params": params}], gradients, foreach=False, **options)
        _, saved = probes.train(torch.optim, name, [{"params": params}], gradients[:4], foreach=False, **options)
        for step in ("int", "tensor"):
            given = {"optimiser": name, **options, "parameters": history[3], "state": saved, '"step" in it': f"a {step}"}
            given |= {"gradients, step by step": gradients[4:]}
            got, kinds = work.run(of_adam.go_on, name, history[3], saved, gradients[4:], step=step, **options)
            expect(got, equals=history[4:], given=given, note="the parameters after each step")
            expect(kinds, equals=["int", "int"], given=given, note='the type of "step" of each parameter after all steps')


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", [PLAIN, ALL, {**PLAIN, "weight_decay": 0.5}])
def test_what_it_keeps(work, name, dtype, options):
    """What it keeps of a parameter: the named tensors in its shape and dtype, "step" as an int, and no other tensors."""
    sides, dtype = [(2, 3), (), (40,)], getattr(torch, dtype)
    params, gradients = [tensor(side, 81 + i, dtype) for i, side in enumerate(sides)], random_gradients(sides, 3, 83, dtype)
    given = {"optimiser": name, **options, "dtype": dtype, "shapes of the parameters": sides, "steps": 3}
    tensors = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * ("amsgrad" in options)
    want = [[*([key, "Tensor", str(dtype), list(side)] for key in tensors), ["step", "int", "", []]] for side in sides]
    _, most = of_adam.held(torch.optim, name, params, gradients, foreach=False, **options)
    got, size = work.run(of_adam.held, name, params, gradients, **options)
    expect(got, equals=want, given=given, note="key, type, dtype and shape of all that is kept for a parameter")
    expect_true(size <= most, got=size, want=f"{most} or less, as in torch.optim", given=given,
                note="bytes of all tensors that the optimiser holds, other than parameters and gradients")
