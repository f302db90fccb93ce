"""Magnitude pruning: set the smallest weights of a model to zero, and remember which they are in a mask."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.surgery import probes_pruning as probes
from tests.strategies import seeds, values

BOTH = pytest.mark.parametrize("function", ["prune_per_layer", "prune_globally"])
# The weights that are pruned, in their order. All of 4, 12 or 24 numbers but for "odd": a quarter of them is no fraction.
WEIGHTS = {"linear": ["0.weight", "2.weight"], "convolutions": ["0.weight", "2.0.weight"], "one layer": ["weight"],
           "odd": ["0.weight", "1.weight", "2.weight"], "all kinds": ["block.0.0.weight", "head.0.1.weight"],
           "tied": ["first.weight", "embedding.weight"], "no layers": []}


def numbers(kind, seed):
    """A value for each parameter of a model. No two have the same absolute value, and none is 0."""
    shapes = {name: tuple(each.shape) for name, each in probes.make(kind).named_parameters()}
    draw = np.random.default_rng(seed)
    count = sum(math.prod(shape) for shape in shapes.values())
    row = (1 + draw.permutation(count)) / 8 * draw.choice([-1.0, 1.0], count)
    made = {}
    for name, shape in shapes.items():
        made[name], row = torch.tensor(row[:math.prod(shape)].reshape(shape)), row[math.prod(shape):]
    return made


def pruned(function, kind, parameters, share, masks=None):
    """What is right, by sorting tuples: the parameters and the masks, by name. `masks` are those from an earlier pruning."""
    names = WEIGHTS[kind]
    parameters = {name: each.clone() for name, each in parameters.items()}
    masks = {name: torch.ones(parameters[name].shape, dtype=torch.bool) if masks is None else masks[f"{name}_mask"].clone()
             for name in names}
    for group in ([[name] for name in names] if function == "prune_per_layer" else [names]):
        places = sorted((abs(parameters[name][place].item()) if masks[name][place] else -1.0, number, place)
                        for number, name in enumerate(group) for place in np.ndindex(*parameters[name].shape))
        for _, number, place in places[:round(share * len(places))]:
            masks[group[number]][place] = False
        for name in group:
            for place in np.ndindex(*parameters[name].shape):
                if not masks[name][place]:
                    parameters[name][place] = 0.0
    return parameters, {f"{name}_mask": mask for name, mask in masks.items()}


def compare(got, want, given, what):
    """Compare tensors by name."""
    expect(sorted(got), equals=sorted(want), given=given, note=f"the names of {what}")
    for name, each in want.items():
        expect(got[name], equals=each, given=given, note=f"{what}: {name}")


def weights_of(kind, parameters):
    return {name: parameters[name] for name in WEIGHTS[kind]}


def check_smallest(work, function, kind, seed, share):
    parameters = numbers(kind, seed)
    want, _ = pruned(function, kind, parameters, share)
    given = {"share": share} | weights_of(kind, parameters)
    ((after, _),) = work.run(probes.prune, function, kind, parameters, [share])
    compare(weights_of(kind, after), weights_of(kind, want), given, "the weights")


LAYERS = st.sampled_from(["one layer", "linear", "convolutions"])
QUARTERS = st.sampled_from([0.25, 0.5, 0.75])


@settings(max_examples=15)  # each builds a model
@given(kind=LAYERS, seed=seeds, share=QUARTERS)
def test_per_layer(work, kind, seed, share):
    """prune_per_layer: in each layer by itself, the weights with the smallest absolute values are 0."""
    check_smallest(work, "prune_per_layer", kind, seed, share)


@settings(max_examples=15)
@given(kind=LAYERS, seed=seeds, share=QUARTERS)
def test_globally(work, kind, seed, share):
    """prune_globally: of the weights of all layers together, those with the smallest absolute values are 0."""
    check_smallest(work, "prune_globally", kind, seed, share)


@BOTH
@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.3, 0.5, 0.625, 0.9, 1.0])
def test_how_many(work, function, share):
    """round(share * n) weights are pruned, a half to the even number: none for 0, all for 1."""
    for kind in ("odd", "one layer"):
        parameters = numbers(kind, seed=3)
        want, _ = pruned(function, kind, parameters, share)
        ((after, _),) = work.run(probes.prune, function, kind, parameters, [share])
        given = {"share": share, "weights in each layer": [parameters[name].numel() for name in WEIGHTS[kind]]}
        zeros = [[int((each[name] == 0).sum()) for name in WEIGHTS[kind]] for each in (after, want)]
        if function == "prune_globally":
            zeros = [[sum(each)] for each in zeros]
        expect(np.array(zeros[0]), equals=np.array(zeros[1]), given=given,
               note="how many are 0" + ("" if function == "prune_globally" else " in each layer"))


@BOTH
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_ties(work, function, share):
    """Of weights with equal absolute values those that come earlier are pruned, and only as many as are needed."""
    for seed in (1, 2):
        # -1, 0 and 1 in the weights of one model, and the same size everywhere in another.
        for kind, low in (("linear", -1), ("convolutions", -1), ("linear", 1)):
            parameters = {name: torch.tensor(np.sign(values(tuple(each.shape), seed, low=low)))
                          for name, each in numbers(kind, seed).items()}
            want, masks = pruned(function, kind, parameters, share)
            given = {"share": share} | weights_of(kind, parameters)
            ((after, got),) = work.run(probes.prune, function, kind, parameters, [share])
            compare(weights_of(kind, after), weights_of(kind, want), given, "the weights")
            compare(got, masks, given, "the masks")


@BOTH
def test_which_layers(work, function):
    """The weights of Linear and Conv2d are pruned, wherever they are in the model, and nothing else changes."""
    for kind, seed in (("all kinds", 5), ("all kinds", 6), ("one layer", 7)):
        parameters = numbers(kind, seed)
        want, masks = pruned(function, kind, parameters, 0.5)
        ((after, got),) = work.run(probes.prune, function, kind, parameters, [0.5])
        given = {"share": 0.5, "parameters": list(parameters)}
        expect([name for name in parameters if bool((after[name] == 0).any())], equals=WEIGHTS[kind], given=given,
               note="the parameters that have zeros in them")
        others = {name: each for name, each in want.items() if name not in WEIGHTS[kind]}
        compare({name: each for name, each in after.items() if name not in WEIGHTS[kind]}, others, given,
                "the other parameters")
        expect(sorted(got), equals=sorted(masks), given=given, note="the names of the masks")


@BOTH
def test_masks(work, function):
    """Masks: buffers "weight_mask" of bool, also where nothing is pruned; in state_dict and copies, whatever the dtype."""
    steps = ("in named_buffers()", "in state_dict()", "in a deep copy", "in the model as float16",
             "in a second model that has loaded the state_dict")
    for kind, seed, share in (("linear", 8, 0.5), ("linear", 9, 0.5), ("convolutions", 10, 0.25), ("one layer", 11, 0.0)):
        parameters = numbers(kind, seed)
        if share == 0:
            parameters["weight"][0, :2] = 0.0  # what is 0 remains, where nothing is pruned
        _, want = pruned(function, kind, parameters, share)
        given = {"share": share} | weights_of(kind, parameters)
        got = work.run(probes.keep, function, kind, parameters, share, dtype="float16")
        for where, (dtypes, masks) in zip(steps, got):
            expect(sorted(masks), equals=sorted(want), given=given, note=f"the names of the masks {where}")
            expect([dtypes[name] for name in want], equals=["torch.bool"] * len(want), given=given, note=f"dtypes {where}")
            compare(masks, want, given, f"the masks {where}")


@BOTH
@pytest.mark.parametrize("layout", ["rows", "channels last"])
def test_in_place(work, function, layout):
    """The weight stays the same Parameter, in the same memory however it lies there, with its gradient."""
    names = ["the same Parameter", "a leaf", "requires a gradient", "its grad is the same tensor", "its grad has its values",
             "the same memory"]
    for seed in (12, 13):
        weight = torch.tensor((1 + np.random.default_rng(seed).permutation(24)).reshape(2, 3, 2, 2) / 8)
        want = torch.where(weight > 12 / 8, weight, 0.0)  # 1/8 to 24/8 are there once each
        given = {"share": 0.5, "weight": weight, "layout": layout}
        got, facts, masks = work.run(probes.identities, function, weight, 0.5, layout)
        expect([name for name, fact in zip(names, facts) if not fact], equals=[], given=given,
               note="what does not hold of the weight afterwards")
        expect(got, equals=want, given=given, note="the weight")
        compare(masks, {"weight_mask": weight > 12 / 8}, given, "the masks")
        got, requires_grad = work.run(probes.frozen, function, weight[0, :, 0].contiguous(), 1.0)
        expect(got, equals=torch.zeros(3, 2, dtype=torch.float64), given=given, note="a weight that requires no gradient")
        expect(requires_grad, equals=False, given=given, note="whether it requires one now")


@BOTH
def test_shared(work, function):
    """A weight that several layers share counts once, and one of an embedding too where a Linear has it."""
    for seed, share in ((14, 0.5), (15, 0.5), (16, 1 / 3)):
        parameters = numbers("tied", seed)
        want, masks = pruned(function, "tied", parameters, share)
        ((after, got),) = work.run(probes.prune, function, "tied", parameters, [share])
        given = {"share": share, "one weight": "of first and second", "another": "of embedding and head"}
        given |= weights_of("tied", parameters)
        compare(after, want, given, "the parameters")
        names = {"first.weight_mask": "first.weight_mask", "head.weight_mask": "embedding.weight_mask"}
        compare(got, {name: masks[other] for name, other in names.items()}, given, "the masks")


@BOTH
@pytest.mark.parametrize("shares", [(0.25, 0.5), (0.5, 0.5), (0.5, 0.75), (0.75, 0.25), (0.5, 0.0)])
def test_again(work, function, shares):
    """Pruned again: what is pruned stays so, whatever its value now, and counts among what the share asks for."""
    for kind, seed in (("linear", 17), ("convolutions", 18)):
        parameters, others = numbers(kind, seed), numbers(kind, seed + 10)
        _, masks = pruned(function, kind, parameters, shares[0])
        for name, mask in masks.items():
            gone = (~mask).flatten().nonzero().flatten().tolist()
            if len(gone) > 1:  # the others have ordinary numbers
                row = others[name.removesuffix("_mask")].view(-1)
                row[gone[0]], row[gone[-1]] = torch.nan, -torch.inf
        want, masks = pruned(function, kind, others, shares[1], masks)
        _, (after, got) = work.run(probes.prune, function, kind, parameters, shares, between=others)
        given = {"shares, one after the other": list(shares), "between them": "the weights get other values, also NaN and inf"}
        compare(got, masks, given, "the masks")
        compare(weights_of(kind, after), weights_of(kind, want), given, "the weights")


@supporting
@BOTH
def test_refuses(work, function):
    """A share outside of 0 to 1 raises ValueError and changes nothing; a model without such layers is left as it is."""
    for kind in ("linear", "no layers"):
        parameters = numbers(kind, 19)
        for share in (-0.1, 1.0001, -1.0, 30.0, float("nan")):
            given = {"share": share, "layers to prune": len(WEIGHTS[kind])}
            error, after, masks = work.run(probes.refuse, function, kind, parameters, share)
            expect(error, equals="ValueError", given=given, note="the error that came")
            compare(after, parameters, given, "the parameters")
            expect(masks, equals=[], given=given, note="the masks")
    for share in (0.0, 0.5, 1.0):
        given = {"share": share, "layers to prune": 0}
        error, after, masks = work.run(probes.refuse, function, "no layers", parameters, share)
        expect_true(error == "", got=error, want="no error", given=given)
        compare(after, parameters, given, "the parameters")
        expect(masks, equals=[], given=given, note="the masks")
