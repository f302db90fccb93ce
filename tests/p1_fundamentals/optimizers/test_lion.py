"""Lion: a step of signs."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.optimizers import probes, probes_lion
from tests.strategies import seeds, shapes, values

DEFAULTS = {"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0.0}


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed), dtype=dtype)


def one_number(p, m, g, *, lr, betas, weight_decay):
    """A step of the paper for one number: the new parameter and the new average."""
    beta1, beta2 = betas
    mixture = beta1 * m + (1 - beta1) * g
    return p - lr * (np.sign(mixture) + weight_decay * p), beta2 * m + (1 - beta2) * g


def lion(groups, gradients, *, rates=None, **options):
    """The parameters after each step, number by number in float64, and the averages, None for one that was never moved."""
    params = [p.double().numpy().copy() for group in groups for p in group["params"]]
    dtypes = [p.dtype for group in groups for p in group["params"]]
    own = [DEFAULTS | options | {key: group[key] for key in group if key != "params"}
           for group in groups for _ in group["params"]]
    averages, history = [None] * len(params), []
    for step, arrived in enumerate(gradients):
        for place, gradient in enumerate(arrived):
            if gradient is None:
                continue
            if averages[place] is None:
                averages[place] = np.zeros_like(params[place])
            setting = own[place] if rates is None else own[place] | {"lr": rates[step]}
            for at in np.ndindex(params[place].shape):
                now = params[place][at], averages[place][at], gradient[at].item()
                params[place][at], averages[place][at] = one_number(*now, **setting)
        history.append([torch.tensor(p, dtype=dtype) for p, dtype in zip(params, dtypes)])
    return history, [None if m is None else torch.tensor(m, dtype=dtype) for m, dtype in zip(averages, dtypes)]


def random_gradients(sides, steps, seed, betas, dtype=torch.float64):
    """For each step a gradient for each parameter. No mixture is so near to 0 that rounding could decide about its sign."""
    averages, gradients = [np.zeros(side) for side in sides], []
    for step in range(steps):
        arrived = [values(side, seed + 100 * step + place) for place, side in enumerate(sides)]
        for place, (m, g) in enumerate(zip(averages, arrived)):
            mixture = betas[0] * m + (1 - betas[0]) * g
            arrived[place] = g = np.where(np.abs(mixture) < 0.02, g + 1, g)
            averages[place] = betas[1] * m + (1 - betas[1]) * g
        gradients.append([torch.tensor(g, dtype=dtype) for g in arrived])
    return gradients


def check(work, groups, gradients, *, layout="rows", rates=None, **options):
    """Parameters after each step, and the averages at the end."""
    history, averages = lion(groups, gradients, rates=rates, **options)
    given = {**options, "groups": groups, "gradients, step by step": gradients, "layout": layout}
    given |= {} if rates is None else {"lr, step by step": rates}
    got, found = work.run(probes.train, "Lion", groups, gradients, layout=layout, rates=rates, **options)
    for step, (one, other) in enumerate(zip(got, history), 1):
        expect(one, equals=other, given=given, note=f"the parameters after step {step}")
    expect([sorted(each) for each in found], equals=[[] if m is None else ["exp_avg"] for m in averages], given=given,
           note="the keys of each parameter's state")
    expect([each.get("exp_avg") for each in found], equals=averages, given=given, note="the averages at the end")


@st.composite
def runs(draw, steps):
    """(a group of one or two parameters, gradients step by step, betas); the gradients are of any size."""
    sides, seed = draw(st.lists(shapes(min_side=0, max_dims=2, max_side=3), min_size=1, max_size=2)), draw(seeds)
    betas = draw(st.sampled_from([(0.9, 0.99), (0.5, 0.75), (0.0, 0.5), (0.75, 0.0)]))
    scale = draw(st.sampled_from([1.0, 1e-12, 1e6]))
    gradients = [[scale * g for g in arrived] for arrived in random_gradients(sides, draw(steps), seed, betas)]
    return [{"params": [tensor(side, seed + 50 + place) for place, side in enumerate(sides)]}], gradients, betas


few = settings(max_examples=12)  # element by element, one shape is much like another


@few
@given(runs(st.integers(1, 5)), st.sampled_from([0.1, 3.0, 0.004]))
def test_signs(work, run, lr):
    """Each number moves by lr, against the sign of the mixture of gradient and old average; then the average is renewed."""
    *run, betas = run
    check(work, *run, lr=lr, betas=betas)


@few
@given(runs(st.integers(1, 4)), st.sampled_from([0.1, 0.75]), st.sampled_from([0.25, 2.0]))
def test_weight_decay(work, run, lr, weight_decay):
    """The weight decay takes lr times weight_decay off the parameter as it was, and enters no average."""
    *run, betas = run
    check(work, *run, lr=lr, betas=betas, weight_decay=weight_decay)


@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def test_zero(work, weight_decay):
    """Where the mixture is 0 its sign is 0, and only the weight decay moves the number."""
    for scale in (1.0, 3.0):  # all are sums of few powers of 2, so the mixtures are exactly 0 where they should be
        gradients = [scale * torch.tensor(g) for g in ([0.0, 2.0, 4.0, -2.0], [0.0, 0.0, -2.0, 1.0], [0.0, 1.0, 1.0, 0.0])]
        gradients = [[g.double()] for g in gradients]
        for options in ({"betas": (0.5, 0.5)}, {"betas": (0.5, 0.75)}):
            check(work, [{"params": [scale * torch.tensor([1.0, -2.0, 3.0, 0.0], dtype=torch.float64)]}], gradients, lr=0.25,
                  weight_decay=weight_decay, **options)


@pytest.mark.parametrize("seed", [1, 11])
def test_groups_and_missing_gradients(work, seed):
    """Each group has settings of its own, and a parameter without a gradient stays, with its average, until it has one."""
    sides = [(2,), (2, 2), (), (3,), (2,)]
    params = [tensor(side, seed + place) for place, side in enumerate(sides)]
    betas = (0.5, 0.75)
    groups = [{"params": params[:2], "lr": 0.5, "weight_decay": 0.25}, {"params": params[2:3], "betas": (0.0, 0.5)},
              {"params": params[3:], "weight_decay": 0.125}]
    gradients = random_gradients(sides, steps=5, seed=seed + 20, betas=betas)
    for step, place in [(0, 0), (1, 1), (3, 0), (3, 1), (4, 3), (2, 2), *((step, 4) for step in range(5))]:
        gradients[step][place] = None
    check(work, groups, gradients, lr=0.25, betas=betas)


def test_follows_a_schedule(work):
    """A learning rate may change between two steps."""
    for seed in (2, 12):
        gradients = random_gradients([(2, 2)], steps=4, seed=seed + 20, betas=(0.5, 0.75))
        check(work, [{"params": [tensor((2, 2), seed)]}], gradients, rates=[0.5, 0.25, 2.0, 0.0625], lr=0.5, betas=(0.5, 0.75),
              weight_decay=0.5)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.25])
def test_in_place(work, dtype, weight_decay):
    """Parameters, however they lie in memory, move in place and keep their dtype; gradients are only read."""
    sides, kind = [(2, 3), (2,), ()], getattr(torch, dtype)
    options = {"lr": 0.125, "betas": (0.5, 0.75), "weight_decay": weight_decay}
    for seed, layout in ((3, "columns"), (13, "gaps")):
        groups = [{"params": [tensor(side, seed + place, kind) for place, side in enumerate(sides)]}]
        gradients = random_gradients(sides, steps=4, seed=seed + 20, betas=(0.5, 0.75), dtype=kind)
        check(work, groups, gradients, layout=layout, **options)
        want, _ = lion(groups, gradients, **options)
        given = {**options, "parameters": groups[0]["params"], "gradients, step by step": gradients,
                 "every gradient": "is written into the same tensor"}
        moved, read, same = work.run(probes_lion.moved_in_place, groups[0]["params"], gradients, **options)
        expect(read, equals=gradients[-1], given=given, note="the gradients after the last step")
        expect(moved, equals=want[-1], given=given, note="the memory of the parameters after the last step")
        expect(same, equals=[True] * 3, given=given, note="whether the parameters are the tensors that came in")


@pytest.mark.parametrize("wrong", [
    [{"lr": -0.5}, {"weight_decay": -0.5}],
    [{"betas": betas} for betas in ((1.0, 0.5), (0.5, 1.0), (-0.5, 0.5), (0.5, -0.5), (1.5, 0.5), (0.5, 1.5))]])
def test_settings(work, wrong):
    """lr or weight_decay below 0, or betas not in [0, 1), raise ValueError; all else makes the group."""
    raised = [work.run(probes_lion.error_of, options) for options in wrong]
    # All in one value: which of them get through tells the mistakes apart.
    expect_true(all("ValueError" in each for each in raised), got=[each[0] if each else "no error" for each in raised],
                want="ValueError in each case", given={"settings, case by case": wrong})
    for right in ({}, {"lr": 0.0, "betas": (0.0, 0.0)}, {"lr": 7.0, "weight_decay": 2.0, "betas": (0.25, 0.125)}):
        raised = work.run(probes_lion.error_of, right)
        expect(raised[:1], equals=[], given=right, note="the error that came")
        want = DEFAULTS | right
        got = work.run(probes_lion.settings_of, right)
        expect([got.get(name) for name in want], equals=list(want.values()), given=right,
               note="lr, betas and weight_decay of the group")
