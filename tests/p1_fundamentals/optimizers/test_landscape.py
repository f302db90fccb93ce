"""The landscape of a loss: filter-normalised directions, losses along lines and over planes, paths in a plane."""
import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.optimizers import probes_landscape as probes
from tests.strategies import seeds, shapes, values

KINDS = ["convolution", "embedding", "one weight"]
# What a loss in float32 differs by from the same loss in float64: a few hundred roundings of 6e-8, on its way through layers.
RTOL = {"float64": 1e-9, "float32": 1e-4}


class Copies:
    """The oracle: each loss is that of a new copy of the model, whose parameters are set one by one."""

    @staticmethod
    def loss_at(model, loss, directions, coefficients):
        other = copy.deepcopy(model)
        with torch.no_grad():
            for place, p in enumerate(other.parameters()):
                p.copy_(sum((c * d[place] for c, d in zip(coefficients, directions)), start=p.clone()))
            return float(loss(other))

    @classmethod
    def loss_along(cls, model, loss, direction, alphas):
        return torch.tensor([cls.loss_at(model, loss, [direction], [a]) for a in alphas.tolist()], dtype=torch.float64)

    @classmethod
    def loss_surface(cls, model, loss, directions, alphas, betas):
        found = torch.zeros(len(alphas), len(betas), dtype=torch.float64)
        for i, a in enumerate(alphas.tolist()):
            for j, b in enumerate(betas.tolist()):
                found[i, j] = cls.loss_at(model, loss, directions, [a, b])
        return found


def tensor(shape, seed, dtype="float64"):
    return torch.from_numpy(values(tuple(shape), seed)).to(getattr(torch, dtype))


def lines(kind, seed, dtype="float64"):
    """Two directions in the space of a model's parameters."""
    sides = [p.shape for p in probes.states(kind, seed, torch.float64)]
    return [[tensor(side, seed + 100 * number + place, dtype) / 8 for place, side in enumerate(sides)] for number in (1, 2)]


def in_float64(directions):
    return [[d.double() for d in direction] for direction in directions]


# Of each function that computes losses the arguments that a probe takes: an alpha and a beta, or tensors of them.
ONE, LINE = (0.75,), (torch.tensor([0.5, -1.0, 0.0, 2.0], dtype=torch.float64),)
PAIR, SURFACE = (-0.5, 1.25), (torch.tensor([1.0, -0.5, 0.0]), torch.tensor([0.25, -1.5]))
NAMES = {"loss_at, one direction": ONE, "loss_at, two directions": PAIR, "loss_along": LINE, "loss_surface": SURFACE}


def number_of(points):
    return int(np.prod([1 if isinstance(each, float) else len(each) for each in points]))


def check_losses(work, kind, seed, dtype, points, **options):
    """Losses and the parameters at each call, in the order in which the calls come."""
    directions = lines(kind, seed, dtype)
    want, parameters, modes = probes.losses(Copies, kind, seed, "float64", in_float64(directions), *points, **options)
    got, seen, seen_modes = work.run(probes.losses, kind, seed, dtype, directions, *points, **options)
    given = {"model": kind, "dtype": dtype, "alphas": points[0], **({"betas": points[1]} if points[1:] else {}), **options}
    return given, (got, want), (seen, parameters), (seen_modes, modes)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_filters_have_the_norms_of_the_model(work, kind, dtype):
    """random_direction: each filter has the norm of the model's filter; biases and other parameters of one axis are zero."""
    for seed in (1, 11):
        (got,), before, after, grads, _ = work.run(probes.directions, kind, seed, dtype, [seed])
        given = {"model": kind, "dtype": dtype, "shapes of the parameters": [tuple(p.shape) for p in before]}
        expect([tuple(d.shape) for d in got], equals=[tuple(p.shape) for p in before], given=given,
               note="the shapes of the direction")
        for d, p in zip(got, before):
            given["parameter of shape"] = tuple(p.shape)
            want = [float(np.sqrt((row.double().numpy() ** 2).sum())) for row in p] if p.ndim >= 2 else [0.0] * p.numel()
            rows = d.double().numpy().reshape(len(want), -1)
            expect(np.sqrt((rows ** 2).sum(axis=1)), equals=np.array(want), given=given, rtol=RTOL[dtype], atol=1e-12,
                   note="the norms of the filters, or the numbers, of the direction")
            expect_true(d.dtype == p.dtype, got=str(d.dtype), want=str(p.dtype), given=given)
        del given["parameter of shape"]
        expect(after, equals=before, given=given, rtol=0, atol=0, note="the parameters afterwards")
        expect(grads, equals=[False] * len(grads), given=given, note="whether a part of the direction requires a gradient")


@pytest.mark.parametrize("sides", [(4_000, 2), (4_000, 2, 1), (4_000, 2, 1, 1)])
def test_directions_are_normal(work, sides):
    """random_direction: a filter points anywhere, in every direction with the same probability, whatever the others do."""
    # Of normal numbers the angle of a filter of two is uniform. A mean over 4,000 of them of a sine or cosine is 0 with a
    # standard deviation of 0.011. Uniform numbers in [-1, 1] give -0.14 for cos 4φ, positive ones more for sin φ.
    first, second = (np.arctan2(*work.run(probes.angles, sides, seed).double().numpy().T[::-1]) for seed in (1, 2))
    given = {"model": "4,000 filters of two numbers, all 1", "shape of the parameter": sides}
    seen = {"φ, the angle of a filter": first, "2φ, φ the angle of a filter": 2 * first,
            "4φ, φ the angle of a filter": 4 * first,
            "φ - ψ, the angles of a filter in directions from two generators": first - second,
            "φ - ψ, the angles of neighbouring filters": first[1:] - first[:-1]}
    for name, angle in seen.items():
        for wave in ("cos", "sin"):
            mean = float(getattr(np, wave)(angle).mean())
            expect_true(abs(mean) < 0.07, got=round(mean, 3), want="about 0", given=given,
                        note=f"the mean over all filters of the {'cosine' if wave == 'cos' else 'sine'} of {name}")


def test_draws_from_the_generator(work):
    """random_direction: the generator alone decides, each call draws anew, and the global generator is left alone."""
    for kind in KINDS[:2]:
        given = {"model": kind, "seeds of the generators": [5, 5, 6]}
        (first, again, other), *_, untouched = work.run(probes.directions, kind, 3, "float64", [5, 5, 6])
        (repeated, *_), *_ = work.run(probes.directions, kind, 3, "float64", [5, 6], global_seed=1)
        expect_true(untouched, got="it is another", want="the global generator's state is what it was before", given=given)
        expect(repeated, equals=first, given={**given, "global generator": "in another state"},
               note="the direction by another generator with the seed 5")
        for name, one in (("the second direction from one generator", again), ("the direction from the seed 6", other)):
            expect_true(not any(torch.allclose(a, b) for a, b in zip(first, one) if a.ndim >= 2), got=f"{name} is the first",
                        want="another one", given=given)
    one, two = (first[place] / first[place].norm(dim=1, keepdim=True) for place in (1, 3))  # both 3 by 3, in "embedding"
    expect_true(not torch.allclose(one, two), got="the same, but for the norms",
                want="parameters of one shape get directions of their own", given=given)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["loss_at, one direction", "loss_at, two directions", "loss_along"])
def test_losses_along_a_line(work, name, kind, dtype):
    """loss_at, loss_along: the loss where the parameters have moved by multiples of the directions."""
    for seed in (2, 12):
        given, (got, want), (seen, parameters), _ = check_losses(work, kind, seed, dtype, NAMES[name])
        expect(seen, equals=[[p.to(getattr(torch, dtype)) for p in each] for each in parameters],
               given={"function": name, **given}, note="the parameters when the loss was called")
        expect(got, equals=want, given={"function": name, **given}, rtol=RTOL[dtype])


def test_losses_along_any_line(work):
    """loss_along: any number of alphas, none too, in float32 or float64; the losses come as float64."""
    cases = ("float32", []), ("float64", [3.0]), ("float32", [1.0, 1.0, -2.0]), ("float64", [])
    for seed, (dtype, alphas) in enumerate(cases):
        points = (torch.tensor(alphas, dtype=getattr(torch, dtype)),)
        given, (got, want), *_ = check_losses(work, "one weight", seed, "float64", points,
                                              loss="float" if seed % 2 else "plain")
        expect(got, equals=want, given=given)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(3, 2), (1, 4), (2, 2)])
def test_losses_over_a_plane(work, shape, dtype):
    """loss_surface: [i, j] is the loss at alphas[i] along the first direction and betas[j] along the second."""
    for seed in (3, 13):
        points = (tensor((shape[0],), seed), tensor((shape[1],), seed + 1))
        given, (got, want), *_ = check_losses(work, "embedding", seed, dtype, points)
        expect(got, equals=want, given=given, rtol=RTOL[dtype])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("loss, training", [("evaluates", True), ("counts", False), ("counts", True)])
def test_each_point_starts_anew(work, name, loss, training):
    """Every loss starts from the model as it came, buffers and modes too, whatever the loss did to them before."""
    words = {"evaluates": "switches to evaluation mode, and leaves it",
             "counts": "computes in training mode, which moves running statistics, then in evaluation mode"}
    for seed in (4, 14):
        given, (got, want), _, (modes, right) = check_losses(work, "convolution", seed, "float64", NAMES[name], loss=loss,
                                                             training=training)
        given = {"function": name, **given, "loss": words[loss], "training": training,
                 "training of the batch norm": not training}
        expect(modes, equals=right, given=given, note="training of each module, when the loss was called")
        expect(got, equals=want, given=given)


@supporting
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind, dtype", [("convolution", "float32"), ("embedding", "float64")])
def test_leaves_the_model_as_it_was(work, name, kind, dtype):
    """Afterwards the model is what it was, bit for bit: parameters, buffers, modes; also where the loss raises an error."""
    points = NAMES[name]
    fails = "fails 1" if number_of(points) == 1 else "fails 2"
    for loss, error, calls in (("counts", "", number_of(points)), (fails, "RuntimeError", int(fails[-1]))):
        for training in (True, False):
            directions = [[d * 0.7 for d in line] for line in lines(kind, 5, dtype)]  # so that no sum is exact
            changed, called, raised, _ = work.run(probes.left_behind, kind, 5, dtype, directions, *points, loss=loss,
                                                  training=training)
            given = {"function": name, "model": kind, "training": training, "loss": loss}
            expect(raised, equals=error, given=given, note="the error that came out")
            expect(called, equals=calls, given=given, note="how often the loss was called")
            expect(changed, equals=[], given=given, note="what is not as it was")


@supporting
@pytest.mark.parametrize("name", NAMES)
def test_calls_the_loss_with_the_model(work, name):
    """The loss is called with the model itself, and records no graph."""
    itself, graph = work.run(probes.ways_of_calling, "convolution", 6, "float64", lines("convolution", 6), *NAMES[name])
    given = {"function": name}
    expect(itself, equals=[True] * number_of(NAMES[name]), given=given,
           note="whether the loss got the model itself, in each call")
    expect(graph, equals=[False] * number_of(NAMES[name]), given=given,
           note="whether a graph would be recorded, in each call")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=25)  # a least squares problem is much like another
@given(sides=st.lists(shapes(max_dims=2, max_side=3), min_size=1, max_size=3), states=st.integers(1, 4), seed=seeds)
def test_project(work, dtype, sides, states, seed):
    """project: the coordinates of the nearest point of the plane, by least squares, whatever angle the directions have."""
    sides = [(2, 2), *sides]
    def drawn(number):
        return [tensor(side, seed + 100 * number + place, dtype) / 3 for place, side in enumerate(sides)]  # inexact in both
    centre, path, first = drawn(0), [drawn(3 + number) for number in range(states)], drawn(1)
    second = [d + 2 * e for d, e in zip(drawn(2), first)]  # at an acute angle to the first

    def flat(tensors):
        return np.concatenate([t.double().numpy().reshape(-1) for t in tensors])

    plane = np.stack([flat(first), flat(second)], axis=1)
    if np.linalg.matrix_rank(plane, tol=0.3) < 2:
        return  # parallel directions, or nearly so: there is no plane
    want = np.stack([np.linalg.lstsq(plane, flat(state) - flat(centre), rcond=None)[0] for state in path])
    given = {"path": path, "centre": centre, "directions": [first, second]}
    got, grad, after = work.run(probes.projected, path, centre, [first, second], seed % 2 == 0)
    # Computed in float64; the condition of the plane, at most 100 here, costs its square in the normal equations.
    expect(got, equals=torch.from_numpy(want), given=given, rtol=1e-7, atol=1e-8)
    expect(grad, equals=False, given=given, note="whether the result requires a gradient")
    expect(after, equals=path, given=given, rtol=0, atol=0, note="the path afterwards")
