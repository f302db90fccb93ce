"""An optimiser of one's own: it wins a race against SGD on three tracks, and it is an optimiser."""
import types

import numpy as np
import pytest
import torch

from grader.judge import expect, expect_true, expected_once, supporting
from tests.p1_fundamentals.optimizers import probes as shared
from tests.p1_fundamentals.optimizers import probes_race as probes
from tests.strategies import values
from tests.tracks import placed, rotation_and_shift

RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
# SGD has eight rates to a decade, so that it is at most 15 % from its best one: a factor that is hidden in the learner's
# step moves the coarse grid, and reaches no rate that gives SGD a third of the loss that its own grid found.
FINE_RATES = [10 ** (k / 8) for k in range(-28, 5)]
STEPS = {"quadratic": 100, "rosenbrock": 400, "digits": 50}
SHARE = 1 / 3
IMAGES, HIDDEN, SEEDS = 200, [24, 24], (1, 2, 3)

SGD = types.SimpleNamespace(Mine=lambda params, lr: torch.optim.SGD(params, lr=lr, foreach=False))


@expected_once
def digits() -> list[list[list[int]] | list[int]]:
    """The first images and their labels; a pixel is a number from 0 to 16."""
    from sklearn.datasets import load_digits
    images, labels = load_digits(return_X_y=True)
    return [images[:IMAGES].astype(int).tolist(), labels[:IMAGES].tolist()]


def courses(track: str) -> list[list]:
    """What a track's class in the probes is made with; for the digits once for each seed."""
    if track == "digits":
        images, labels = digits()
        return [[torch.tensor(images, dtype=torch.float32) / 16, torch.tensor(labels), seed, HIDDEN] for seed in SEEDS]
    size, seed = {"quadratic": (10, 71), "rosenbrock": (2, 72)}[track]
    rotation, shift = rotation_and_shift(size, seed)
    if track == "rosenbrock":
        start, more = np.array([-1.2, 1.0]), []
    else:
        curvatures = np.logspace(0, 2, size)
        signs = np.where(np.arange(size) % 2, 1.0, -1.0)
        start, more = 3 * signs / np.sqrt(curvatures), [torch.from_numpy(curvatures)]  # each direction has the same loss
    return [[torch.from_numpy(placed(start, rotation, shift)), torch.from_numpy(rotation), torch.from_numpy(shift), *more]]


@expected_once
def best_of_sgd(track: str) -> float:
    runs = [probes.race(SGD, track, course, FINE_RATES, STEPS[track]) for course in courses(track)]
    return min(np.mean(runs, axis=0).tolist())


def check_win(work, track):
    bound = SHARE * best_of_sgd(track)
    runs = [work.run(probes.race, track, course, RATES, STEPS[track]) for course in courses(track)]
    ends = [sum(losses) / len(losses) for losses in zip(*runs, strict=True)]
    given = {"track": track, "gradients": STEPS[track], "rates": RATES, "the loss at the end, rate by rate": ends}
    best = min(ends)
    expect_true(best < bound, got=best, want=f"below {bound:.4g}, a third of what SGD reaches at its best rate", given=given)


def test_wins_on_a_quadratic(work):
    """It beats SGD on an ill-conditioned quadratic: the same gradients, a third of the loss, each at its best rate."""
    check_win(work, "quadratic")


def test_wins_in_rosenbrock_s_valley(work):
    """It beats SGD in Rosenbrock's valley: the same number of gradients, a third of the loss, each at its best rate."""
    check_win(work, "rosenbrock")


def test_wins_on_digits(work):
    """It beats SGD on digits: the same number of gradients, a third of the training loss, each at its best rate."""
    check_win(work, "digits")


# What every optimiser has. SGD passes all of it, and some of it even what does nothing: it earns once the race is won.

SIDES = [(2, 3), (2, 3), ()]


def run_of(seed, sides=tuple(SIDES), steps=4, dtype=np.float64):
    """Parameters, and for each step a gradient for each. No gradient has a 0 in it."""
    params = [torch.from_numpy(values(side, seed + place, dtype=dtype)) for place, side in enumerate(sides)]
    gradients = [[torch.from_numpy(np.asarray(values(side, seed + 100 * step + place + 10, dtype=dtype) + dtype(1 / 16)))
                  for place, side in enumerate(sides)] for step in range(steps)]
    return params, gradients


def same(one, other, rtol=1e-5, atol=1e-8):
    return one.shape == other.shape and one.dtype == other.dtype and torch.allclose(one, other, rtol, atol, equal_nan=True)


def expect_same(got, right, *, want, given, note, **tolerances):
    """Name the parameters that are not as they are to be. Their numbers depend on the design, which is free; these do not."""
    others = [str(place) for place, pair in enumerate(zip(got, right, strict=True), 1) if not same(*pair, **tolerances)]
    expect_true(not others, got=f"not so: parameter {', '.join(others)}", want=want,
                given={**given, "what came": got, "what it is compared with": right}, note=note)


def length(tensors):
    return sum(float(each.square().sum()) for each in tensors) ** 0.5


@supporting
def test_lr_is_the_scale(work):
    """`lr` is the scale of the steps: the first at twice the rate is twice as long, and at a rate of 0 nothing moves."""
    for seed in (1, 11):
        params, gradients = run_of(seed, steps=1)
        steps = []
        for lr in (0.0, 0.125, 0.25):
            ((after,), _) = work.run(shared.train, "Mine", [{"params": params}], gradients, lr=lr)
            steps.append([new - old for new, old in zip(after, params, strict=True)])
        given = {"parameters": params, "gradients": gradients[0]}
        expect_same(steps[0], [torch.zeros_like(p) for p in params], want="no step", given=given, rtol=0, atol=0,
                    note="the first step, with lr=0")
        expect_true(all((step != 0).any() for step in steps[1]), got="a parameter that did not move", want="a step",
                    given=given, note="with lr=0.125")
        ratio = length(steps[2]) / length(steps[1])
        expect_true(all(same(step, 2 * half) for step, half in zip(steps[2], steps[1])), given={**given, "times as long": ratio},
                    got="less" if ratio < 2 - 1e-6 else "more" if ratio > 2 + 1e-6 else "of another direction, or not finite",
                    want="twice the first step with lr=0.125", note="the first step with lr=0.25")


@supporting
def test_each_parameter_by_itself(work):
    """Each parameter moves by its own gradients and by the rate of its group, as it would in an optimiser of its own."""
    for seed in (2, 12):
        params, gradients = run_of(seed)
        for step, place in ((0, 1), (2, 0)):
            gradients[step][place] = None
        groups = [{"params": params[:2]}, {"params": params[2:], "lr": 0.5}]
        together, _ = work.run(shared.train, "Mine", groups, gradients, lr=0.125)
        given = {"lr of the groups": [0.125, 0.5], "parameters": params, "gradients, step by step": gradients}
        apart = []
        for place, p in enumerate(params):
            alone, _ = work.run(shared.train, "Mine", [{"params": [p]}], [[step[place]] for step in gradients],
                                lr=0.5 if place == 2 else 0.125)
            steps = [step for step, (after, (by_itself,)) in enumerate(zip(together, alone, strict=True), 1)
                     if not same(after[place], by_itself)]
            if steps:
                apart.append(f"parameter {place + 1} from step {steps[0]} on")
                given[f"parameter {place + 1} after each step, among others"] = [after[place] for after in together]
                given[f"parameter {place + 1} after each step, by itself"] = [after[0] for after in alone]
        expect_true(not apart, got=f"otherwise: {', '.join(apart)}", want="each moves as in an optimiser of its own", given=given)


@supporting
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("layout", ["columns", "gaps", "rows"])
def test_in_place(work, dtype, layout):
    """Parameters are changed in place, in any memory layout, and keep their dtype; gradients are only read, and not kept."""
    params, gradients = run_of(3, dtype=getattr(np, dtype))
    gradients = [[8 * g for g in step] for step in gradients]  # long enough to be clipped
    plain, _ = work.run(shared.train, "Mine", [{"params": params}], gradients, lr=0.125)
    got, afterwards = work.run(probes.in_place, params, gradients, layout, overwritten=layout == "rows", lr=0.125)
    given = {"dtype": dtype, "layout": layout, "parameters": params, "gradients, step by step": gradients}
    expect([p.dtype == getattr(torch, dtype) for p in got], equals=[True] * len(params), given=given,
           note="whether a parameter has the dtype that it had")
    expect_true(all((new != old).any() for new, old in zip(got, params)), got="a parameter that did not move",
                want="the tensors themselves have moved", given=given)
    if layout == "rows":
        expect_same(got, plain[-1], want="the same parameters as where the gradients stay", given=given,
                    note="where the caller overwrites each gradient after the step")
    else:
        expect_same(got, plain[-1], want="the same parameters as where all numbers lie row by row", given=given,
                    note=f"with {layout}")
    changed = [step for step, pair in enumerate(zip(afterwards, gradients, strict=True), 1)
               if not all(same(*each, rtol=0, atol=0) for each in zip(*pair, strict=True))]
    expect_true(not changed, got="a gradient has changed", want="the gradients that came", note="the gradients after the step",
                given={**given, "the gradients after each step": afterwards, "changed in the steps": changed})


@supporting
def test_stays_without_gradients(work):
    """A parameter whose gradients have all been 0 stays where it is, with no axes, some or no elements too."""
    for dtype in (np.float64, np.float32):
        params, gradients = run_of(4, sides=[(2, 3), (), (0,), (1,)], dtype=dtype)
        zeros = [[torch.zeros_like(g) for g in step] for step in gradients]
        history, _ = work.run(shared.train, "Mine", [{"params": params}], zeros, lr=0.5)
        given = {"parameters": params, "gradients": "all 0", "the parameters after each step": history}
        spoilt = [str(place) for place, p in enumerate(history[-1], 1) if p.isnan().any()]
        expect_true(not spoilt, got=f"NaN: parameter {', '.join(spoilt)}", want="the parameters that came", given=given)
        for after in history:
            expect_same(after, params, want="the parameters that came", given=given, note="the parameters after a step",
                        rtol=0, atol=0)


@supporting
def test_resumes(work):
    """What it remembers is in its state: resumed from a state_dict, a training goes on bit for bit."""
    for seed in (5, 15):
        params, gradients = run_of(seed, steps=6)
        straight, resumed = work.run(probes.resumed, params, gradients, 3, lr=0.125)
        given = {"parameters": params, "gradients, step by step": gradients}
        expect_same(resumed, straight, want="where six steps without a break have led", given=given, rtol=0, atol=0,
                    note="after six steps, of which three are by a new optimiser that has loaded the state")


@supporting
def test_is_the_same_each_time(work):
    """Two runs with the same gradients are the same, bit for bit, whatever the state of the generators of random numbers."""
    params, gradients = run_of(6)
    first, second = work.run(probes.twice, params, gradients, lr=0.125)
    expect_same(second, first, want="where the first run has ended", note="the parameters at the end of a second run",
                given={"parameters": params, "gradients, step by step": gradients}, rtol=0, atol=0)
