"""The base: parameter groups and state."""
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.optimizers import probes_base as probes


class OnTorch(torch.optim.Optimizer):
    """PyTorch's own base, with a step that calls `update` as the exercise's does."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                self.update([p for p in group["params"] if p.grad is not None], group)


ORACLE = SimpleNamespace(Optimizer=OnTorch)
SIZES = [2, 1, 3]
DEFAULTS = {"lr": 0.5, "momentum": 0.25}


def drawn_settings(number):
    """The settings of three groups, and the defaults: one group has them all, one none, and one has one of its own."""
    return [{"lr": number, "momentum": number / 2}, {}, {"share": number / 4, "lr": number / 8}], \
        {"lr": number / 16, "momentum": number / 32}


def expect_states(got, want, **options):
    """States, a dict for each parameter: the keys, and then the values, the list of tensors among them."""
    expect([sorted(each) for each in got], equals=[sorted(each) for each in want], **options)
    expect([[each[key] for key in sorted(each)] for each in got], equals=[[each[key] for key in sorted(each)] for each in want],
           **options)


def expect_saved(got, want, **options):
    """State dicts as `probes.plain` shows them."""
    note = options.pop("note", "")
    note = f"{note}: " if note else ""
    for place, name in ((0, "the keys"), (3, 'the "params" of the groups'), (2, "the settings of the groups")):
        expect(got[place], equals=want[place], note=note + name, **options)
    expect([each for each, _ in got[1]], equals=[each for each, _ in want[1]], note=f'{note}the keys of "state"', **options)
    expect_states([kept for _, kept in got[1]], [kept for _, kept in want[1]], note=f'{note}the states', **options)


@pytest.mark.parametrize("outer, inner", [
    ("list", None), ("generator", None), ("list", "list"), ("tuple", "generator"), ("generator", "tuple"), ("list", "tensor")])
def test_groups(work, outer, inner):
    """__init__: tensors make one group and dicts a group each, with their settings and otherwise the defaults."""
    for number in (2.0, 12.0):
        own, defaults = drawn_settings(number)
        sizes = [1, 1, 1] if inner == "tensor" else SIZES
        given = {"params": f"a {outer} of " + ("tensors" if inner is None else f'dicts whose "params" is a {inner}'),
                 "numbers of parameters": sizes, "settings": own, "defaults": defaults}
        want = [{**defaults, **each} for each in own]
        ends = [sum(sizes[:place + 1]) for place in range(3)]
        places = [list(range(end - size, end)) for end, size in zip(ends, sizes)]
        if inner is None:
            own, want, places = None, [defaults], [list(range(sum(sizes)))]
            del given["settings"]
        kinds, found, settings, kept, states = work.run(probes.groups_of, sizes, own, defaults, outer=outer, inner=inner)
        expect(kinds, equals=["list"] * (1 + len(want)), given=given, note='the types of param_groups and of each "params"')
        expect(found, equals=places, given=given,
               note='"params" of each group: a parameter by its place among all, -1 for another tensor')
        expect(settings, equals=want, given=given, note="the settings of the groups")
        expect(kept, equals=defaults, given=given, note="self.defaults")
        expect(states, equals=0, given=given, note="the number of parameters with state")


def test_groups_are_new(work):
    """__init__: dicts and defaults that come in are not changed, and nobody's later changes reach another."""
    for number in (2.0, 12.0):
        own, defaults = [{"lr": number}, {}], {"lr": number + 1, "momentum": number + 2}
        came_in = [[{"lr": number, "params": 2}, {"params": 1}], defaults]
        second = {"lr": number + 1, "momentum": number + 2, "params": 1}
        has = [[{"lr": 99.0, "momentum": 99.0, "params": 3}, second], defaults]
        given = {"settings of the dicts": own, "defaults": defaults, "params, below": "by their number"}
        made, changed, neighbour, before, after = work.run(probes.changes_on_both_sides, own, defaults, 99.0)
        expect(list(made), equals=came_in, given=given, note="the dicts and the defaults that came in, with the optimiser made")
        expect(neighbour, equals=second, given=given, note="the second group, after the first was changed")
        expect(list(changed), equals=came_in, given=given,
               note="the dicts and the defaults that came in, after a group was changed")
        expect(list(before), equals=has, given=given, note="the groups and self.defaults then")
        expect(list(after), equals=has, given=given,
               note="the groups and self.defaults, after the dicts and the defaults that came in were changed")


@pytest.mark.parametrize("error, cases", [
    ("ValueError", ["an empty list", "an empty generator"]), ("ValueError", ["two groups without tensors"]),
    ("ValueError", ["a tensor twice in a list", "a tensor twice in a group", "a tensor in two groups",
                    "a tensor alone in two groups"]),
    ("TypeError", ["a list with a float", "a group with an array of NumPy", "pairs of a name and a tensor"]),
    ("TypeError", ["a tensor"])])
def test_refuses(work, error, cases):
    """__init__: no parameter, or one that comes twice, raises ValueError; what is no tensor TypeError; all else nothing."""
    for right in ("two tensors with equal numbers", "a group without tensors beside one that has some"):
        raised = work.run(probes.error_of, right)
        expect(raised[:1], equals=[], given={"params": right}, note="the error that came")
    raised = [work.run(probes.error_of, case) for case in cases]
    # All cases in one value: which of them get through tells the mistakes apart.
    expect_true(all(error in each for each in raised), got=[each[0] if each else "no error" for each in raised],
                want=error if len(cases) == 1 else f"{error} in each case", given={"params": cases})


def test_zero_grad(work):
    """zero_grad: the gradient of every parameter is None, and the tensors that were gradients are as they were."""
    for numbers in ([1.0, None, 2.0, 3.0], [4.0, None, 5.0, 0.0]):
        given = {"gradients": numbers, "groups": "two, of two parameters each", "parameter number 3": "is frozen"}
        gradients, held = work.run(probes.gradients_cleared, numbers)
        expect(gradients, equals=[None] * 4, given=given, note="the gradients after zero_grad")
        expect(held, equals=[None if each is None else torch.full((2,), each) for each in numbers], given=given,
               note="what were the gradients before")


@st.composite
def gradients(draw, steps):
    """(sizes of groups, for each step a number for each parameter, None for no gradient)."""
    sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3).filter(any))
    each = st.lists(st.sampled_from([None, 0.0, 1.0, -2.0]), min_size=sum(sizes), max_size=sum(sizes))
    return sizes, draw(st.lists(each, min_size=steps, max_size=steps))


@settings(max_examples=25)
@given(gradients(steps=2), st.integers(1, 40), st.booleans())
def test_step(work, run, number, recording):
    """step: a call of update for each group with a gradient, for the parameters that have one, without a graph."""
    sizes, steps = run
    rates = [number / 2, number + 1.5]
    want = []
    for numbers, rate in zip(steps, rates):
        calls, place = [], 0
        for group, size in enumerate(sizes):
            own = [each for each in range(place, place + size) if numbers[each] is not None]
            calls += [[own, group, rate + group]] if own else []
            place += size
        want.append(calls)
    given = {"numbers of parameters": sizes, "gradients, step by step": steps, "lr of the first group, step by step": rates,
             "graphs are recorded outside": recording}
    got, inside, after = work.run(probes.calls_of_update, sizes, steps, rates, recording)
    expect(got, equals=want, given=given,
           note='for each step [places of the parameters, place of the group or -1, its "lr"] of each call of update')
    expect(inside, equals=[False] * sum(map(len, want)), given=given, note="whether graphs are recorded in each call")
    expect(after, equals=[recording] * 2, given=given, note="whether graphs are recorded after each step")


@pytest.mark.parametrize("places", [[], [1, 2, 3], [5, 0, 3], [4]])
def test_state_dict(work, places):
    """state_dict: the layout of torch.optim, with places counted over all groups; the optimiser stays as it is."""
    for number in (2.0, 12.0):
        own, defaults = drawn_settings(number)
        want, _ = probes.saved_twice(ORACLE, SIZES, own, defaults, places, number)
        given = {"numbers of parameters": SIZES, "settings of the groups": own, "defaults": defaults,
                 "places of parameters with state": places}
        first, second = work.run(probes.saved_twice, SIZES, own, defaults, places, number)
        expect_saved(first, want, given=given)
        expect_saved(second, want, given=given, note="called again")


# All numbers are powers of 2 or sums of few: no step rounds, so that a training that is resumed can be compared exactly.
STEPS = [[1.0, None, 2.0, 0.0, 1.0, None], [2.0, 1.0, None, -1.0, 3.0, None], [-1.0, 2.0, 4.0, None, 1.0, None],
         [1.0, 1.0, 1.0, 2.0, -3.0, None]]


@pytest.mark.parametrize("stop", [0, 1, 2, 3])
def test_load_state_dict(work, stop):
    """load_state_dict: settings and states come to their places, what was there goes, and the training goes on."""
    for number in (2.0, 8.0):
        own, defaults = drawn_settings(number)
        given = {"numbers of parameters": SIZES, "settings of the groups": own, "defaults": defaults}

        first = [torch.ones(2) for _ in range(6)]
        optimizer = torch.optim.SGD([{"params": first[:2], "lr": number}, {"params": first[2:3]}, {"params": first[3:]}],
                                    lr=0.5, momentum=0.75, foreach=False)
        for place, p in enumerate(first):
            p.grad = None if place == stop else torch.full((2,), number + place)
        optimizer.step()
        saved = optimizer.state_dict()
        want = [{key: value for key, value in group.items() if key != "params"} for group in saved["param_groups"]]
        settings, states, places = work.run(probes.loaded, SIZES, saved)
        note = ", after torch.optim.SGD's were loaded"
        expect(settings, equals=want, given=given, note=f"the settings{note}")
        expect_states(states, [saved["state"].get(place, {}) for place in range(6)], given=given, note=f"the states{note}")
        expect(places, equals=[[0, 1], [2], [3, 4, 5]], given=given, note=f"the places of the parameters{note}")

        params, states, settings = probes.trained(ORACLE, SIZES, own, defaults, STEPS)
        got = work.run(probes.trained, SIZES, own, defaults, STEPS, stop=stop)
        given |= {"gradients, step by step": STEPS, "saved, and loaded by another, after": f"{stop} of 4 steps"}
        expect(got[2], equals=settings, given=given, note="the settings at the end")
        expect_states(got[1], states, given=given, rtol=0, atol=0, note="the states at the end")
        expect(got[0], equals=[p.detach() for p in params], given=given, rtol=0, atol=0, note="the parameters at the end")


def test_copies(work):
    """state_dict and load_state_dict copy: no later step changes what was saved, and two who load it share nothing."""
    for number in (2.0, 8.0):
        own, defaults = drawn_settings(number)
        given = {"numbers of parameters": SIZES, "settings of the groups": own, "defaults": defaults,
                 "gradients, step by step": STEPS[1:]}
        later, loaded, trained, other = work.run(probes.copies, SIZES, own, defaults, STEPS[1:])
        expect_true(later[0][1] != [], got="no state", want="states in what was saved", given=given)
        expect_saved(later[1], later[0], given=given, note="what was saved, after further steps")
        expect_saved(loaded[1], loaded[0], given=given, note="what was saved, after it was loaded")
        expect_saved(trained[1], trained[0], given=given, note="what was saved, after a step of one who loaded it")
        expect_states(other[1], other[0], given=given, note="the states of another who loaded it, after that step")


@pytest.mark.parametrize("sizes, others", [
    ([2, 1], [2]), ([2, 1], [3]), ([2, 1], [1, 2]), ([2, 1], [2, 1, 1]), ([2, 1], [2, 2]), ([1, 2], [1, 1]), ([3], [1, 1, 1])])
def test_load_refuses(work, sizes, others):
    """load_state_dict: other groups raise ValueError, and then nothing has changed; the same groups do not."""
    for number in (2.0, 8.0):
        given = {"numbers of parameters": sizes, "numbers of those that were saved": sizes, "lr": [number, number + 1]}
        raised, _, after = work.run(probes.loading_refused, sizes, sizes, [number, number + 1])
        expect(raised[:1], equals=[], given=given, note="the error that came")
        expect([each["lr"] for each in after[0]], equals=[number + 1 + place for place in range(len(sizes))], given=given,
               note='the "lr" of the groups afterwards')
        given["numbers of those that were saved"] = others
        raised, before, after = work.run(probes.loading_refused, sizes, others, [number, number + 1])
        expect_true("ValueError" in raised, got=raised[0] if raised else "no error", want="ValueError", given=given)
        expect(after[0], equals=before[0], given=given, note="the settings afterwards")
        expect_states(after[1], before[1], given=given, note="the states afterwards")
        expect(after[2], equals=before[2], given=given, note="the places of the parameters afterwards")
