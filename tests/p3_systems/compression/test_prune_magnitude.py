"""Prune half of the weights of an encoder, for good."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.p3_systems.compression import probes_prune_magnitude as probes
from tests.strategies import seeds

SCOPES = pytest.mark.parametrize("scope", ["layer", "global"])
# The weights that are pruned, and those with `embeddings`, in the model's order: written by hand.
INNER = ["layers.0.query.weight", "layers.0.up.weight", "layers.0.down.weight"]
WEIGHTS = {"two layers": (["0.weight", "2.weight"],) * 2, "odd": (["0.weight", "1.weight", "2.weight"],) * 2,
           "encoder": (INNER, ["words.weight", "places.weight", *INNER]),
           "encoder, head first": (INNER, ["head.weight", "places.weight", *INNER]),
           "no layers": ([], []), "empty": (["0.weight", "1.weight"],) * 2}


def shapes_of(kind):
    return {name: tuple(each.shape) for name, each in probes.KINDS[kind]().named_parameters()}


def numbers(kind, seed):
    """Numbers for each Parameter. No two have the same absolute value, and none is 0. All are exact in bfloat16."""
    draw = np.random.default_rng(seed)
    shapes = shapes_of(kind)
    count = sum(math.prod(shape) for shape in shapes.values())
    row = (1 + draw.permutation(count)) / 8 * draw.choice([-1.0, 1.0], count)
    made = {}
    for name, shape in shapes.items():
        made[name], row = torch.tensor(row[:math.prod(shape)].reshape(shape)), row[math.prod(shape):]
    return made


def signs(kind, seed, choices=(-1.0, 0.0, 1.0)):
    """Numbers of which many are equal."""
    draw = np.random.default_rng(seed)
    return {name: torch.tensor(draw.choice(choices, shape)) for name, shape in shapes_of(kind).items()}


def pruned(kind, parameters, share, scope="layer", embeddings=False):
    """What is right, by sorting tuples: the report, and all Parameters by name."""
    names = WEIGHTS[kind][embeddings]
    after = {name: each.clone() for name, each in parameters.items()}
    for group in ([[name] for name in names] if scope == "layer" else [names]):
        places = sorted((abs(parameters[name][place].item()), number, place)
                        for number, name in enumerate(group) for place in np.ndindex(*parameters[name].shape))
        for _, number, place in places[:round(share * len(places))]:
            after[group[number]][place] = 0.0
    zeros = {name: sum(1 for each in after[name].flatten().tolist() if each == 0) for name in names}
    return zeros, after


def compare(got, want, given, what):
    """Compare by name."""
    expect(sorted(got), equals=sorted(want), given=given, note=f"the names of {what}")
    for name, each in want.items():
        expect(got[name], equals=each, given=given, note=f"{what}: {name}")


def chosen(kind, parameters, embeddings=False):
    return {name: parameters[name] for name in WEIGHTS[kind][embeddings]}


def check(work, kind, parameters, share, scope, **options):
    """The weights of one pruning, and nothing else of it."""
    _, want = pruned(kind, parameters, share, scope)
    _, after = work.run(probes.prune, kind, parameters, share, scope=scope, **options)
    given = {"share": share, "scope": scope} | chosen(kind, parameters)
    compare(chosen(kind, after), chosen(kind, want), given, "the weights")


@pytest.mark.parametrize("embeddings", [False, True])
def test_which_weights(work, embeddings):
    """prunable: the weights of Linear layers, and embeddings where asked, each once, by name; a shared one is the embedding's."""
    for kind in ("two layers", "encoder", "encoder, head first", "no layers"):
        found, own = work.run(probes.names, kind, numbers(kind, 1), embeddings=embeddings)
        want = WEIGHTS[kind][embeddings]
        given = {"model": kind, "its Parameters": list(shapes_of(kind)), "embeddings": embeddings}
        expect(found, equals=want, given=given, note="the names")
        expect(own, equals=[True] * len(want), given=given, note="whether each is the model's Parameter of that name")
    expect(work.run(probes.names, "encoder", numbers("encoder", 1))[0], equals=INNER, given={"embeddings": "not given"},
           note="the names")


@SCOPES
@settings(max_examples=12)  # each builds a model
@given(seed=seeds, share=st.sampled_from([0.25, 0.5, 0.75]))
def test_smallest(work, scope, seed, share):
    """prune: the weights with the smallest absolute values are 0, of each layer or of all together; the others are as they were."""
    for kind in ("two layers", "encoder"):
        check(work, kind, numbers(kind, seed), share, scope)


@SCOPES
@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.3, 0.5, 0.625, 0.9, 1.0])
def test_how_many(work, scope, share):
    """prune: round(share * n) weights of a group are pruned, a half to the even number; what is reported are the zeros."""
    for kind in ("odd", "two layers"):
        parameters = numbers(kind, 3)
        want, _ = pruned(kind, parameters, share, scope)
        report, after = work.run(probes.prune, kind, parameters, share, scope=scope)
        given = {"share": share, "scope": scope, "weights in each layer": [parameters[name].numel() for name in WEIGHTS[kind][0]]}
        zeros = [int((after[name] == 0).sum()) for name in WEIGHTS[kind][0]]
        both = [zeros, list(want.values())] if scope == "layer" else [[sum(zeros)], [sum(want.values())]]
        expect(np.array(both[0]), equals=np.array(both[1]), given=given, note="how many are 0" + (" in each layer" if scope == "layer" else ""))
        expect(report, equals=dict(zip(want, zeros)), given=given, note="the report")


@SCOPES
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_ties(work, scope, share):
    """prune: of equal absolute values those that come first are pruned, and only as many as are missing; zeros count."""
    for seed in (1, 2):
        for choices in ((-1.0, 0.0, 1.0), (-1.0, 1.0)):
            check(work, "two layers", signs("two layers", seed, choices), share, scope)
    parameters = numbers("two layers", 4)
    _, once = pruned("two layers", parameters, share, scope)
    _, twice = work.run(probes.prune, "two layers", parameters, share, scope=scope, times=2)
    compare(chosen("two layers", twice), chosen("two layers", once), {"share": share, "scope": scope, "pruned": "twice"},
            "the weights")


def test_more_zeros_than_asked(work):
    """prune: weights that were 0 before stay so, and are in the report, also where the share asks for fewer."""
    for seed in (5, 6):
        parameters = signs("two layers", seed, (0.0, 0.0, 2.0, -1.0))
        for share in (0.0, 0.25):
            want, right = pruned("two layers", parameters, share)
            report, after = work.run(probes.prune, "two layers", parameters, share)
            given = {"share": share} | chosen("two layers", parameters)
            expect(report, equals=want, given=given, note="the report")
            compare(chosen("two layers", after), chosen("two layers", right), given, "the weights")


@SCOPES
@pytest.mark.parametrize("embeddings", [False, True])
def test_what_is_left_alone(work, scope, embeddings):
    """prune: embeddings only where asked; never biases, norms, convolutions or other Parameters."""
    for kind, seed in (("encoder", 7), ("encoder", 8), ("encoder, head first", 9)):
        parameters = numbers(kind, seed)
        want, right = pruned(kind, parameters, 0.5, scope, embeddings)
        report, after = work.run(probes.prune, kind, parameters, 0.5, scope=scope, embeddings=embeddings)
        given = {"model": kind, "share": 0.5, "scope": scope, "embeddings": embeddings}
        expect([name for name in parameters if bool((after[name] == 0).any())], equals=[name for name in want if want[name]],
               given=given, note="the Parameters that have zeros in them")
        compare({name: each for name, each in after.items() if name not in want},
                {name: each for name, each in right.items() if name not in want}, given, "the other Parameters")
        expect(report, equals=want, given=given, note="the report")


@SCOPES
def test_no_traces(work, scope):
    """prune: the same Parameters in the same memory, gradients, ties, state_dict keys and modes; no masks and no hooks."""
    for seed, embeddings in ((10, False), (11, True)):
        before, after, same = work.run(probes.traces, numbers("encoder", seed), 0.5, scope=scope, embeddings=embeddings)
        given = {"model": "encoder", "scope": scope, "embeddings": embeddings}
        expect([name for name in before if before[name] != after[name]], equals=[], given=given, note="what has changed of the model")
        for name, facts in same.items():
            words = [word for word, fact in zip(["the same Parameter", "the same memory", "the same gradient"], facts) if not fact]
            expect(words, equals=[], given=given, note=f"what does not hold of {name} afterwards")
        weight = torch.tensor((1 + np.random.default_rng(seed).permutation(12)).reshape(3, 4) / 8)
        want = torch.where(weight > 6 / 8, weight, 0.0)  # 1/8 to 12/8 are there once each
        got, base = work.run(probes.transposed, weight, 0.5, scope=scope)
        given = {"weight": weight, "it is": "the transpose of another matrix", "share": 0.5, "scope": scope}
        expect(got, equals=want, given=given, note="the weight")
        expect(base, equals=want.T, given=given, note="the matrix whose transpose it is")


@SCOPES
@pytest.mark.parametrize("dtypes", [["float16"], ["bfloat16"], ["float64"], ["float16", "float32"]])
def test_dtypes(work, scope, dtypes):
    """prune: weights in half precision, in float64, and in several dtypes of one model."""
    for seed in (12, 13):
        check(work, "two layers", numbers("two layers", seed), 0.5, scope, dtypes=dtypes)
    if dtypes == ["float64"]:  # 1 + k * 2**-50: float32 cannot tell them apart
        close = {name: 1 + each.abs() * 2.0**-47 for name, each in numbers("two layers", 14).items()}
        check(work, "two layers", close, 0.5, scope, dtypes=dtypes)


@pytest.mark.parametrize("kind, layers", [("two layers", ["0"]), ("two layers", ["0", "2"]), ("encoder", ["layers.0.up", "again"]),
                                          ("encoder", ["head", "words"])])
def test_permanent(work, kind, layers):
    """make_permanent: zeros where a mask is False, whatever was there; no masks, and a state_dict that any such model loads."""
    shapes = {name: tuple(probes.KINDS[kind]().get_submodule(name).weight.shape) for name in layers}
    first = {"again": "layers.0.query.weight", "head": "words.weight"}
    for seed in (15, 16):
        draw = np.random.default_rng(seed)
        masks = {name: draw.random(shape) < 0.5 for name, shape in shapes.items()}
        parameters = numbers(kind, seed)
        want = {name: each.clone() for name, each in parameters.items()}
        for name, mask in masks.items():
            own = first.get(name, f"{name}.weight")
            mask.flat[0], mask.flat[1] = False, False
            parameters[own].view(-1)[0], parameters[own].view(-1)[1] = math.nan, -math.inf
            for place in np.ndindex(*mask.shape):
                if not mask[place]:
                    want[own][place] = 0.0
        given = {"model": kind} | {f"mask of {name}": mask for name, mask in masks.items()}
        after, keys, buffers, same, wrong = work.run(probes.permanent, kind, parameters, masks)
        compare(after, want, given, "the Parameters")
        expect(buffers, equals=["positions"] if kind == "encoder" else [], given=given, note="the buffers afterwards")
        expect(keys, equals=True, given=given, note="whether the state_dict has the keys of a model without masks")
        expect(wrong, equals=[], given=given, note="keys that do not fit, and attributes of masks that are left")
        expect(same, equals=True, given=given, note="whether all Parameters are the same, in the same memory")


@supporting
@SCOPES
@pytest.mark.parametrize("what", ["share", "scope", "NaN", "no weights"])
def test_refuses(work, scope, what):
    """ValueError for a share that is none, an unknown scope and NaN, with nothing changed; models without weights are fine."""
    parameters, none = numbers("two layers", 17), numbers("no layers", 17)
    broken = {name: each.clone() for name, each in parameters.items()}
    broken["2.weight"][0, 1] = math.nan
    asked = {"share": [("two layers", parameters, share, scope) for share in (-0.1, 1.0001, 50.0, math.nan)],
             "scope": [("two layers", parameters, 0.5, "each"), ("two layers", parameters, 0.5, "")],
             "NaN": [("two layers", broken, 0.5, scope), ("two layers", broken, 0.0, scope)],
             "no weights": [("no layers", none, math.nan, scope), ("no layers", none, 2.0, scope)]}
    for kind, values, share, word in asked[what]:
        error, after = work.run(probes.refuse, kind, values, share, scope=word)
        given = {"model": kind, "share": share, "scope": word} | chosen(kind, values)
        expect(error, equals="ValueError", given=given, note="the error that came")
        compare(after, values, given, "the Parameters")
    for kind in ("no layers", "empty") if what == "no weights" else ():
        values = numbers(kind, 18)
        for share in (0.0, 1.0):
            want, right = pruned(kind, values, share, scope)
            report, after = work.run(probes.prune, kind, values, share, scope=scope)
            given = {"model": kind, "share": share, "scope": scope}
            expect(report, equals=want, given=given, note="the report")
            compare(after, right, given, "the Parameters")
