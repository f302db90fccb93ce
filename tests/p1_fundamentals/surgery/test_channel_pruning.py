"""Channel pruning: take whole channels out of a convolutional network, so that what is left is a smaller dense network."""
import functools
import math

import numpy as np
import pytest
import torch

from grader.judge import expect, supporting
from tests.p1_fundamentals.surgery import probes_channel_pruning as probes
from tests.strategies import values

# The groups by hand: channels, convolutions, norms, readers, in the order in which the model computes.
GROUPS = {
    "chain": [(4, ["0"], ["1"], ["4"]), (6, ["4"], ["5"], ["9"])],
    "bare norms": [(4, ["0"], ["1"], ["2"]), (3, ["2"], ["3"], ["4"])],
    "residual": [(4, ["stem.0", "first.3"], ["stem.1", "first.4"], ["first.0", "second.0", "shortcut"]),
                 (3, ["first.0"], ["first.1"], ["first.3"]), (5, ["second.0"], [], ["second.2"]),
                 (6, ["second.2", "shortcut"], ["second.3"], ["head"])],
    "adds its input": [(4, ["inner"], [], ["outer"])],
    "one convolution": [],
}
MODELS = {kind: probes.make(kind) for kind in [*GROUPS, "grouped"]}  # built once, where the suite is collected
SEVERAL = ["chain", "residual", "bare norms", "adds its input"]


@functools.cache
def numbers(kind, seed):
    """A value for each tensor of a model, in eighths; variances are positive. Filters differ in size by their number."""
    made = {}
    for place, (name, each) in enumerate(MODELS[kind].state_dict().items()):
        value = torch.tensor(values(tuple(each.shape), seed + place))
        if name.endswith("running_var"):
            value = value.abs() + 0.5
        elif each.ndim == 4:
            sizes = 0.25 + np.random.default_rng(seed + place).permutation(len(each)) / 4
            value = value * torch.tensor(sizes).reshape(-1, 1, 1, 1) / 4
        made[name] = value if each.is_floating_point() else each.clone()
    return made


def scores_of(group, tensors):
    """The score of each channel, one weight after the other."""
    channels, convolutions, *_ = group
    return [math.fsum(abs(each) for name in convolutions for each in tensors[f"{name}.weight"][channel].flatten().tolist())
            for channel in range(channels)]


def kept_channels(group, tensors, share):
    scores = scores_of(group, tensors)
    order = sorted(range(len(scores)), key=lambda channel: (scores[channel], channel))
    return sorted(order[math.floor(share * len(scores)):])


def columns_of(weight, channels, chosen):
    """The places along axis 1 of a reader's weight that belong to the chosen channels, counted one by one."""
    block = weight.shape[1] // channels
    return [place for place in range(weight.shape[1]) if place // block in chosen]


def cut(kind, tensors, kept):
    """The tensors that are left by name, and what layers say of themselves. `kept` has a list for each group, or None."""
    left, sizes = dict(tensors), probes.sizes_of(MODELS[kind])
    for (channels, convolutions, norms, readers), keep in zip(GROUPS[kind], kept):
        if keep is None:
            continue
        for name in [*convolutions, *norms]:
            for each in ("weight", "bias", "running_mean", "running_var"):
                if f"{name}.{each}" in left:
                    left[f"{name}.{each}"] = left[f"{name}.{each}"][keep]
        for name in readers:
            weight = left[f"{name}.weight"]
            left[f"{name}.weight"] = weight[:, columns_of(weight, channels, keep)]
            reads = "in_channels" if weight.ndim == 4 else "in_features"
            sizes[f"{name}.{reads}"] = left[f"{name}.weight"].shape[1]
        sizes |= {f"{name}.out_channels": len(keep) for name in convolutions}
        sizes |= {f"{name}.num_features": len(keep) for name in norms}
    return left, sizes


def with_zeros(kind, tensors, kept, x):
    """The output of the model as it was, if its readers multiply by 0 what is not kept."""
    tensors = {name: each.clone() for name, each in tensors.items()}
    for (channels, _, _, readers), keep in zip(GROUPS[kind], kept):
        gone = [] if keep is None else [channel for channel in range(channels) if channel not in keep]
        for name in readers:
            weight = tensors[f"{name}.weight"]
            weight[:, columns_of(weight, channels, gone)] = 0.0
    return torch.func.functional_call(MODELS[kind], tensors, x).detach()


def seeds(kind, seed):
    """Two of them for one model: an answer that is remembered by its shapes is wrong for the second."""
    return (seed, seed + 10) if kind == "chain" else (seed,)


def image(seed):
    return torch.tensor(values((2, 2, 4, 4), seed))


def compare(got, want, given, what):
    """Compare tensors by name: first all shapes, then the values."""
    expect(sorted(got), equals=sorted(want), given=given, note=f"the names of {what}")
    wrong = [f"{name} has {tuple(got[name].shape)}, not {tuple(each.shape)}" for name, each in want.items()
             if got[name].shape != each.shape]
    expect(wrong, equals=[], given=given, note="the shapes that are wrong")
    for name, each in want.items():
        expect(got[name], equals=each, given=given, note=f"{what}: {name}")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", SEVERAL)
def test_scores(work, kind, dtype):
    """channel_scores: the sum of a filter's absolute values, over all convolutions of the group."""
    for seed in (1, 2):
        tensors = numbers(kind, seed)
        want = [torch.tensor(scores_of(group, tensors), dtype=getattr(torch, dtype)) for group in GROUPS[kind]]
        got, graphs = work.run(probes.scores, kind, tensors, dtype)
        given = {"model": kind, "convolutions of each group": [group[1] for group in GROUPS[kind]], "dtype": dtype}
        expect(got, equals=want, given=given, note="the scores of each group")
        expect(graphs, equals=[False] * len(want), given=given, note="whether the scores require a gradient")


# A group of each model, and the channels of it that stay: of a chain, tied by additions, read after flattening and pooling.
REMOVALS = [("chain", 0, [0, 3]), ("chain", 1, [1, 2, 5]), ("residual", 0, [1, 3]), ("residual", 3, [0, 4]),
            ("residual", 2, [4]), ("bare norms", 0, [2]), ("bare norms", 1, [0, 2]), ("adds its input", 0, [0, 1, 2])]


def check_removal(work, kind, number, keep, seed, frozen=()):
    tensors, x = numbers(kind, seed), image(seed)
    kept = [keep if place == number else None for place in range(len(GROUPS[kind]))]
    channels, convolutions, norms, readers = GROUPS[kind][number]
    given = {"model": kind, "channels": channels, "keep": keep, "convolutions": convolutions, "norms": norms}
    given["readers"] = readers
    return work.run(probes.remove, kind, tensors, number, torch.tensor(keep), x, frozen), cut(kind, tensors, kept), given, \
        with_zeros(kind, tensors, kept, x)


@pytest.mark.parametrize("kind, number, keep", REMOVALS)
def test_remove(work, kind, number, keep):
    """remove_channels: convolutions, norms and readers keep what belongs to the kept channels; the layers' sizes say so."""
    for seed in seeds(kind, 11):
        got, (tensors, sizes), given, _ = check_removal(work, kind, number, keep, seed)
        compare(got[0], tensors, given, "the tensors")
        expect(got[1], equals=sizes, given=given, note="what the layers say of themselves")


@pytest.mark.parametrize("kind, number, keep", REMOVALS)
def test_remove_output(work, kind, number, keep):
    """remove_channels: the output is that of the model before, if its readers multiply by 0 what is removed."""
    for seed in seeds(kind, 11):
        got, _, given, want = check_removal(work, kind, number, keep, seed)
        expect(got[2], equals=want, given=given, note="the output")


@pytest.mark.parametrize("kind, number, frozen", [
    ("chain", 0, ["0.weight", "1.bias", "4.weight"]), ("chain", 1, ["9.bias"]),
    ("residual", 0, ["stem.0.weight", "shortcut.weight"])])
def test_remove_parameters(work, kind, number, frozen):
    """remove_channels: layers are the same modules, what is frozen stays so, and what is not cut is not touched."""
    keep = [0, 2]
    for seed in seeds(kind, 13):
        got, (tensors, sizes), given, _ = check_removal(work, kind, number, keep, seed, frozen)
        given["frozen"] = frozen
        compare(got[0], tensors, given, "the tensors")
        expect(got[3], equals=sorted(frozen), given=given, note="the parameters that require no gradient")
        expect(got[4], equals=sorted(frozen), given=given, note="the parameters that have no gradient after backward")
        _, convolutions, norms, readers = GROUPS[kind][number]
        touched = {f"{name}.{each}" for name in [*convolutions, *norms] for each in ("weight", "bias", "running_mean",
                                                                                    "running_var")}
        untouched = set(tensors) - touched - {f"{name}.weight" for name in readers}
        expect(sorted(untouched - set(got[5])), equals=[], given=given, note="tensors that should be the same and are not")
        expect(got[6], equals=True, given=given, note="whether all modules are the same as before")


@pytest.mark.parametrize("share", [0.25, 0.5, 0.7])
@pytest.mark.parametrize("kind", SEVERAL)
def test_prune(work, kind, share):
    """prune_channels: of each group int(share * channels) go, those with the smallest scores as the model came in."""
    for seed in seeds(kind, 14):
        tensors, x = numbers(kind, seed), image(seed)
        kept = [kept_channels(group, tensors, share) for group in GROUPS[kind]]
        want, sizes = cut(kind, tensors, kept)
        got = work.run(probes.prune, kind, tensors, share, x)
        given = {"model": kind, "share": share, "channels of each group": [group[0] for group in GROUPS[kind]]}
        compare(got[0], want, given, "the tensors")
        expect(got[1], equals=sizes, given=given, note="what the layers say of themselves")


@pytest.mark.parametrize("kind", SEVERAL)
def test_prune_output(work, kind):
    """prune_channels: the model still runs, and computes what it did if readers multiply by 0 what is removed."""
    for seed in seeds(kind, 14):
        tensors, x = numbers(kind, seed), image(seed)
        for share in (0.5, 0.25):
            kept = [kept_channels(group, tensors, share) for group in GROUPS[kind]]
            want = with_zeros(kind, tensors, kept, x)
            *_, got = work.run(probes.prune, kind, tensors, share, x)
            expect(got, equals=want, given={"model": kind, "share": share}, note="the output")


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_ties(work, share):
    """prune_channels: of channels with equal scores those with smaller numbers go."""
    for sizes in ([1.0, 1.0, 1.0, 1.0], [2.0, 1.0, 1.0, 1.0], [1.0, 2.0, 2.0, 1.0]):
        tensors, x = dict(numbers("chain", 16)), image(16)
        tensors["0.weight"] = torch.ones(4, 2, 3, 3, dtype=torch.float64) * torch.tensor(sizes).reshape(4, 1, 1, 1)
        tensors["0.weight"][1] *= -1
        kept = [kept_channels(group, tensors, share) for group in GROUPS["chain"]]
        got, *_ = work.run(probes.prune, "chain", tensors, share, x)
        expect(got["0.bias"], equals=tensors["0.bias"][kept[0]], note="the biases of the channels that stay",
               given={"share": share, "scores": [18 * size for size in sizes], "biases": tensors["0.bias"]})


@supporting
@pytest.mark.parametrize("kind, share, error", [
    ("chain", -0.1, "ValueError"), ("chain", 1.0, "ValueError"), ("residual", 2.0, "ValueError"),
    ("chain", math.nan, "ValueError"), ("one convolution", math.nan, "ValueError"), ("one convolution", 1.0, "ValueError"),
    ("grouped", 0.5, "ValueError"),
    ("chain", 0.0, ""), ("residual", 0.0, ""), ("one convolution", 0.5, ""), ("chain", 0.1, "")])
def test_refuses(work, kind, share, error):
    """A share below 0 or from 1 on, or a grouped convolution, raises ValueError, and nothing changes; 0 removes nothing."""
    tensors, given = numbers(kind, 17), {"model": kind, "share": share}
    raised, after = work.run(probes.refuse, kind, tensors, share)
    expect(raised, equals=error, given=given, note="the error that came")
    compare(after, tensors, given, "the tensors")
