"""SGD with momentum, dampening, weight decay and Nesterov's look ahead."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.optimizers import probes, probes_sgd
from tests.strategies import seeds, shapes, values


def tensor(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed), dtype=dtype)


def random_gradients(sides, steps, seed, dtype=torch.float64):
    """For each step a gradient for each parameter."""
    return [[tensor(side, seed + 100 * step + place, dtype) for place, side in enumerate(sides)] for step in range(steps)]


def check(work, groups, gradients, *, layout="rows", rates=None, state=True, **options):
    """Parameters after each step, and the state at the end, against those of torch.optim.SGD."""
    history, states = probes.train(torch.optim, "SGD", groups, gradients, layout=layout, rates=rates, **options)
    given = {**options, "groups": groups, "gradients, step by step": gradients, "layout": layout}
    given |= {} if rates is None else {"lr, step by step": rates}
    got, found = work.run(probes.train, "SGD", groups, gradients, layout=layout, rates=rates, **options)
    for step, (one, other) in enumerate(zip(got, history), 1):
        expect(one, equals=other, given=given, note=f"the parameters after step {step}")
    if state:
        expect([sorted(each) for each in found], equals=[sorted(each) for each in states], given=given,
               note="the keys of each parameter's state")
        expect([each.get("momentum_buffer") for each in found], equals=[each.get("momentum_buffer") for each in states],
               given=given, note="the velocities at the end")


@st.composite
def runs(draw, steps):
    """(a group of one to three parameters, gradients step by step)."""
    sides, seed = draw(st.lists(shapes(min_side=0, max_dims=2, max_side=3), min_size=1, max_size=3)), draw(seeds)
    params = [tensor(side, seed + 50 + place) for place, side in enumerate(sides)]
    return [{"params": params}], random_gradients(sides, draw(steps), seed)


few = settings(max_examples=10)  # element by element, one shape is much like another
rates = st.sampled_from([0.1, 3.0, 0.004, 250.0])


@few
@given(runs(st.integers(1, 3)), rates, st.sampled_from([0.0, 0.25, 1.0, 1e-3]))
def test_plain(work, run, lr, weight_decay):
    """Without momentum, a step goes against the gradient, of which the weight decay is a part, and keeps no state."""
    check(work, *run, lr=lr, weight_decay=weight_decay)


@few
@given(runs(st.integers(2, 6)), rates, st.sampled_from([0.9, 0.5, 1.0, 1.5]), st.sampled_from([0.0, 0.125]))
def test_momentum(work, run, lr, momentum, weight_decay):
    """With momentum, each parameter has a velocity, its first gradient and from then on a fading sum."""
    check(work, *run, lr=lr, momentum=momentum, weight_decay=weight_decay)


@few
@given(runs(st.integers(2, 5)), st.sampled_from([0.9, 0.5]), st.sampled_from([0.25, 1.0, 0.5, -1.0]))
def test_dampening(work, run, momentum, dampening):
    """With dampening, all gradients but a parameter's first enter its velocity times 1 - dampening."""
    check(work, *run, lr=0.1, momentum=momentum, dampening=dampening)


@few
@given(runs(st.integers(1, 5)), rates, st.sampled_from([0.9, 0.5]), st.sampled_from([0.0, 0.125]))
def test_nesterov(work, run, lr, momentum, weight_decay):
    """With nesterov, a step goes by the gradient and the velocity one step ahead."""
    check(work, *run, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=True)


@pytest.mark.parametrize("seed", [1, 11])
def test_groups_and_missing_gradients(work, seed):
    """Each group has settings of its own, and a parameter without a gradient stays, with its velocity, until it has one."""
    sides = [(2,), (2, 2), (), (3,), (2,)]
    params = [tensor(side, seed + place) for place, side in enumerate(sides)]
    groups = [{"params": params[:2], "lr": 0.5, "momentum": 0.75, "dampening": 0.25},
              {"params": params[2:3], "momentum": 0.0, "weight_decay": 0.5},
              {"params": params[3:], "nesterov": True, "weight_decay": 0.125}]
    gradients = random_gradients(sides, steps=6, seed=seed + 20)
    for step, place in [(0, 0), (1, 1), (3, 0), (3, 1), (4, 3), (2, 2), *((step, 4) for step in range(6))]:
        gradients[step][place] = None
    check(work, groups, gradients, lr=0.25, momentum=0.5)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.75}, {"momentum": 0.75, "nesterov": True}])
def test_follows_a_schedule(work, options):
    """A learning rate that changes between steps acts on the whole step, that of earlier gradients too."""
    for seed in (2, 12):
        check(work, [{"params": [tensor((2, 2), seed)]}], random_gradients([(2, 2)], steps=25, seed=seed + 20),
              rates=5 * [0.5, 0.25, 0.125, 2.0, 0.0625], lr=0.5, **options)


@pytest.mark.parametrize("options", [{"dampening": 0.25, "weight_decay": 0.5}, {"nesterov": True}])
def test_momentum_is_switched(work, options):
    """Where the momentum is set to 0, a step goes by the gradient, and the velocity stays until there is one again."""
    for seed in (5, 15):
        for momenta in ([0.0, 0.5, 0.5, 0.75], [0.5, 0.0, 0.0, 0.75]):
            params, gradients = [tensor((2,), seed), tensor((), seed + 1)], random_gradients([(2,), ()], 4, seed + 20)
            every = {"lr": 0.25, "momentum": 0.5, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False} | options
            want, kept = probes_sgd.with_momenta(torch.optim, params, gradients, momenta, **every)
            got, found = work.run(probes_sgd.with_momenta, params, gradients, momenta, **every)
            given = {**every, "parameters": params, "gradients, step by step": gradients, "momentum, step by step": momenta}
            expect(got, equals=want, given=given, note="the parameters after each step")
            expect(found, equals=kept, given=given, note="the velocities after each step, None for none")


@pytest.mark.parametrize("options", [
    {}, {"momentum": 0.75}, {"momentum": 0.75, "weight_decay": 0.25}, {"momentum": 0.75, "nesterov": True}])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_in_place(work, dtype, options):
    """Parameters, however they lie in memory, move in place and keep their dtype; gradients are only read."""
    sides, kind = [(2, 3), (2,), ()], getattr(torch, dtype)
    for seed in (3, 13):
        params = [tensor(side, seed + place, kind) for place, side in enumerate(sides)]
        gradients = random_gradients(sides, steps=4, seed=seed + 20, dtype=kind)
        layout = "columns" if seed == 3 else "gaps"
        check(work, [{"params": params}], gradients, layout=layout, lr=0.125, **options)
        want, _ = probes.train(torch.optim, "SGD", [{"params": params}], gradients, lr=0.125, **options)
        given = {**options, "lr": 0.125, "parameters": params, "gradients, step by step": gradients,
                 "every gradient": "is written into the same tensor"}
        moved, read, same = work.run(probes_sgd.moved_in_place, params, gradients, lr=0.125, **options)
        expect(read, equals=gradients[-1], given=given, note="the gradients after the last step")
        expect(moved, equals=want[-1], given=given, note="the memory of the parameters after the last step")
        expect(same, equals=[True] * 3, given=given, note="whether the parameters are the tensors that came in")


@pytest.mark.parametrize("options", [
    {"momentum": 0.75}, {"momentum": 0.5, "dampening": 0.25}, {"momentum": 0.5, "nesterov": True}])
def test_goes_on_from_what_torch_saved(work, options):
    """The state is that of torch.optim: who loads it, of this SGD or PyTorch's, goes on as if nothing had been between."""
    # Floats, for what is handed on are these settings too, and the defaults of torch.optim are ints.
    sides, options = [(2, 2), (3,), ()], {"dampening": 0.0, "weight_decay": 0.0, **options}
    for seed in (4, 14):
        params, gradients = [tensor(side, seed) for side in sides], random_gradients(sides, steps=5, seed=seed + 20)
        gradients[0][1] = gradients[1][1] = None  # this parameter has no velocity yet when the other takes over
        early, late = gradients[:2], gradients[2:]
        given = {"lr": 0.25, **options, "parameters": params, "gradients, step by step": gradients}
        want, _ = probes_sgd.handed_on(torch.optim, params, gradients, lr=0.25, **options)
        values, saved = probes_sgd.handed_on(torch.optim, params, early, lr=0.25, **options)
        got, _ = work.run(probes_sgd.handed_on, values, late, saved, lr=0.25, **options)
        expect(got, equals=want, given=given, note="the parameters, where torch.optim took the first two steps")
        values, found = work.run(probes_sgd.handed_on, params, early, lr=0.25, **options)
        expect(sorted(found["state"]), equals=[0, 2], given=given, note='"state" of state_dict after two steps: its keys')
        velocities = [[each["state"][place].get("momentum_buffer") for place in (0, 2)] for each in (found, saved)]
        expect(velocities[0], equals=velocities[1], given=given, note="the velocities in it")
        whole, _ = work.run(probes_sgd.handed_on, params, gradients, lr=0.25, **options)
        got, _ = work.run(probes_sgd.handed_on, values, late, found, lr=0.25, **options)
        # The same steps in the same order, so not a digit differs.
        expect(got, equals=whole, given=given, rtol=0, atol=0, note="the parameters, saved and loaded after two steps")


@pytest.mark.parametrize("wrong", [
    [{"lr": -0.5}, {"momentum": -0.5}, {"weight_decay": -0.5}],
    [{"nesterov": True, "momentum": 0.0}, {"nesterov": True, "momentum": 0.5, "dampening": 0.25}, {"nesterov": True}]])
def test_settings(work, wrong):
    """A setting below 0, or nesterov without momentum or with dampening, raises ValueError; all else makes the group."""
    raised = [work.run(probes_sgd.error_of, {"lr": 0.5} | options) for options in wrong]
    # All in one value: which of them get through tells the mistakes apart.
    expect_true(all("ValueError" in each for each in raised), got=[each[0] if each else "no error" for each in raised],
                want="ValueError in each case", given={"lr": 0.5, "further settings, case by case": wrong})
    for right in ({"lr": 0.5}, {"lr": 0.0, "momentum": 1.5}, {"lr": 7.0, "momentum": 0.5, "nesterov": True},
                  {"lr": 0.25, "momentum": 0.0, "dampening": 0.5, "weight_decay": 2.0}):
        raised = work.run(probes_sgd.error_of, right)
        expect(raised[:1], equals=[], given=right, note="the error that came")
        want = {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False} | right
        got = work.run(probes_sgd.settings_of, right)
        expect({name: got.get(name) for name in want}, equals=want, given=right, note="the settings of the group")
    right, own = {"lr": 0.5, "momentum": 0.5, "nesterov": True}, [{"momentum": 0.0}, {"dampening": 0.25}]
    raised = [work.run(probes_sgd.error_of, right, each)[:1] for each in own]
    expect(raised, equals=[[], []], given={**right, "settings of the group's own, case by case": own},
           note="the error that came in each case")
