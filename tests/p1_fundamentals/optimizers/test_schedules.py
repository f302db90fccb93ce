"""Learning rates that change."""
import functools
import math
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from grader.judge import expect, expect_raises, expect_true
from tests.p1_fundamentals.optimizers import probes_schedules as probes

few = settings(max_examples=25)  # a rate at all steps each: one length is much like another
peaks = st.sampled_from([1.0, 0.1, 0.003, 6.0])


def torch_rates(make, count, peak):
    """The rates of the first `count` steps by the scheduler that `make` makes for an optimiser with this rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR warns of what it does itself
        scheduler = make(optimizer)
        for place in range(count):
            found.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            if place + 1 < count:
                scheduler.step()
    return found


def warmed_up(then, warmup):
    """A scheduler with `warmup` steps of linear warm-up before the one that `then` makes."""
    def make(optimizer):
        if not warmup:
            return then(optimizer)
        rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / (warmup + 1), end_factor=1.0, total_iters=warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, then(optimizer)], milestones=[warmup])
    return make


def check(work, name, want, steps=None, **options):
    """The rates at these steps, asked for from the last to the first: a schedule that counts its calls has others."""
    steps = list(range(len(want))) if steps is None else steps
    got = work.run(probes.rates, name, steps[::-1], **options)
    given = {**options, "steps": f"0 to {steps[-1]}" if steps == list(range(steps[-1] + 1)) else steps}
    expect(got[::-1], equals=want, given=given, note="the rate at each step")


@few
@given(st.integers(0, 12), peaks)
def test_constant(work, warmup, peak):
    """constant: a straight line up to the peak at step `warmup`, and the peak from there on."""
    then = functools.partial(lr_scheduler.ConstantLR, factor=1.0)
    check(work, "constant", torch_rates(warmed_up(then, warmup), warmup + 4, peak), warmup=warmup, peak=peak)
    check(work, "constant", [peak / (warmup + 1), peak, peak], [0, warmup, 1000], warmup=warmup, peak=peak)


@few
@given(st.integers(0, 12), st.sampled_from([64, 512, 10]))
def test_inverse_sqrt(work, warmup, width):
    """inverse_sqrt: the formula of "Attention is all you need", with the peak at step `warmup`."""
    top = warmup + 1
    steps = [*range(2 * top + 2), 4 * top - 1, 100 * top - 1]
    want = [width ** -0.5 * min((step + 1) ** -0.5, (step + 1) * top ** -1.5) for step in steps]
    check(work, "inverse_sqrt", want, steps, warmup=warmup, peak=(width * top) ** -0.5)


@few
@given(st.integers(0, 9), st.integers(2, 12), peaks, st.sampled_from([0.0, 0.1, 0.5]))
def test_cosine(work, warmup, after, peak, share):
    """cosine: the rates of PyTorch's LinearLR and CosineAnnealingLR one after the other, step by step."""
    then = functools.partial(lr_scheduler.CosineAnnealingLR, T_max=after - 1, eta_min=share * peak)
    want = torch_rates(warmed_up(then, warmup), warmup + after, peak)
    check(work, "cosine", want, warmup=warmup, total=warmup + after, peak=peak, floor=share * peak)


@pytest.mark.parametrize("warmup, total", [(0, 2), (0, 9), (1, 3), (4, 11), (5, 7), (100, 1000)])
def test_cosine_at_its_corners(work, warmup, total):
    """cosine: its rates at step 0, around the peak, halfway, at the last step, and beyond it."""
    halfway = warmup + (total - 1 - warmup) // 2
    for peak, floor in ((1.0, 0.0), (0.5, 0.125), (2.0, 2.0)):
        named = {0: peak / (warmup + 1) if warmup else peak, warmup: peak, total - 1: floor, total: floor, total + 1: floor,
                 3 * total: floor}
        if warmup:
            named[warmup - 1] = peak * warmup / (warmup + 1)
        if (total - 1 - warmup) % 2 == 0:
            named[halfway] = (peak + floor) / 2
        check(work, "cosine", list(named.values()), list(named), warmup=warmup, total=total, peak=peak, floor=floor)


CYCLES = [{}, {"pct_start": 0.5}, {"pct_start": 0.25, "div_factor": 10.0, "final_div_factor": 4.0},
          {"pct_start": 0.4, "div_factor": 2.0, "final_div_factor": 100.0}]


@pytest.mark.parametrize("anneal", ["cos", "linear"])
@pytest.mark.parametrize("total", [8, 13, 20])
def test_one_cycle(work, anneal, total):
    """one_cycle: the rates of PyTorch's OneCycleLR, step by step, also where the peak lies between two steps."""
    for peak, options in zip((1.0, 0.1, 3.0, 1.0), CYCLES):
        make = functools.partial(lr_scheduler.OneCycleLR, max_lr=peak, total_steps=total, anneal_strategy=anneal,
                                 cycle_momentum=False, **options)
        check(work, "one_cycle", torch_rates(make, total, peak), total=total, peak=peak, anneal=anneal, **options)


@pytest.mark.parametrize("anneal", ["cos", "linear"])
def test_one_cycle_at_its_corners(work, anneal):
    """one_cycle: its rates at the first step, at the peak, halfway up and down, at the last step, and beyond it."""
    for peak, total in ((1.0, 20), (0.25, 40)):  # half of it rises: the peak is at step total / 2 - 1
        top, first, last = total // 2 - 1, peak / 4, peak / 32
        steps = [0, top, total - 1, total, 5 * total]
        want = [first, peak, last, last, last]
        if anneal == "linear":
            steps += [1, total - 2]
            want += [first + (peak - first) / top, last + (peak - last) / (total - 1 - top)]
        check(work, "one_cycle", want, steps, total=total, peak=peak, pct_start=0.5, div_factor=4.0, final_div_factor=8.0,
              anneal=anneal)
    # The step between two whole ones at which the peak lies is nobody's: 0.3 · 11 - 1 = 2.3.
    shares = [2 / 2.3, 0.7 / 7.7]
    if anneal == "cos":
        shares = [(1 - math.cos(math.pi * share)) / 2 for share in shares]
    near = [0.04 + 0.96 * shares[0], 1.0 - (1.0 - 0.04 / 1e4) * shares[1]]
    check(work, "one_cycle", near, [2, 3], total=11, anneal=anneal)


def test_set_rate(work):
    """set_rate: each group's first rate times the factor, however often it is called; the ratios stay."""
    for first, second in ((0.5, 0.125), (0.25, 3.0)):
        groups = [{"lr": first, "momentum": 0.9}, {"lr": second, "weight_decay": 0.5, "params": [1, 2]}]
        factors = [0.5, 0.5, 0.0, 1.0, 0.25]
        got, same = work.run(probes.rates_of_groups, groups, factors)
        given = {"groups": groups, "factors": factors}
        want = [[{**group, "initial_lr": group["lr"], "lr": factor * group["lr"]} for group in groups] for factor in factors]
        for number, (state, right) in enumerate(zip(got, want), 1):
            expect([group["lr"] for group in state], equals=[group["lr"] for group in right], given=given,
                   note=f"the rates after factor {number}")
        for number, (state, right) in enumerate(zip(got, want), 1):  # the keys once all rates are right
            expect([sorted(group) for group in state], equals=[sorted(group) for group in right], given=given,
                   note=f"the keys of the groups after factor {number}")
            expect([dict(sorted(group.items())) for group in state], equals=[dict(sorted(group.items())) for group in right],
                   given=given, note=f"the groups after factor {number}")
        expect_true(same, got="others", want="the groups are the dicts that they were", given=given)


def test_set_rate_of_a_resumed_training(work):
    """set_rate: an "initial_lr" that is there already is the first rate; a group that comes later brings its own."""
    for rate in (0.5, 2.0):
        groups = [{"lr": rate / 8, "initial_lr": rate}, {"lr": 0.75, "initial_lr": 0.25}]
        later = {"lr": 0.125}
        got = work.run(probes.with_a_later_group, groups, later, [0.5, 0.25])
        expect(got, equals=[[rate / 2, 0.125], [rate / 4, 0.0625, 0.03125]], given={
            "groups": groups, "factors": [0.5, 0.25], "a group that comes before the second": later})


REFUSED = [("cosine", {"warmup": 3, "total": 4}, {"warmup": 3, "total": 5}),
           ("cosine", {"warmup": 0, "total": 1}, {"warmup": 0, "total": 2}),
           ("one_cycle", {"total": 10, "anneal": "cosine"}, {"total": 10, "anneal": "cos"}),
           ("one_cycle", {"total": 10, "pct_start": 0.1}, {"total": 10, "pct_start": 0.125}),
           ("one_cycle", {"total": 10, "pct_start": 1.0}, {"total": 10, "pct_start": 0.95}),
           ("one_cycle", {"total": 3}, {"total": 4})]


@pytest.mark.parametrize("name, wrong, right", REFUSED)
def test_refuses_parts_without_length(work, name, wrong, right):
    """A part without length, or another way of annealing, raises ValueError; what is just long enough does not."""
    first, last = (0.04, 4e-6) if name == "one_cycle" else (1 / (right["warmup"] + 1), 0.0)
    check(work, name, [first, last], [0, right["total"] - 1], **right)
    for step in (0, 2):
        with expect_raises(ValueError, given={"schedule": name, "step": step, **wrong}):
            work.run(probes.rates, name, [step], **wrong)
