"""Other activations for any model: find them wherever they are registered, and put others into their places."""
import contextlib

import pytest
import torch
from torch.nn import functional

from grader.judge import expect, supporting
from tests.p1_fundamentals.surgery import probes_swap_activations as probes
from tests.strategies import values

MODELS = ["flat", "nested", "bare"]
SHARED = ["twice", "shared block"]
SILU, PARAMETER, SLOPE, WRAPPED, AROUND = probes.NEW


def wanted(name, old):
    """[path, first path of the object] of the places of these classes, told from the text of the model's description.

    A place inside of one that is found is left out.
    """
    names, found = [old] if isinstance(old, str) else old, []
    for path, kind, first in probes.described(probes.made(name)):
        inside = any(path.startswith(f"{other}.") for other, _ in found)
        if kind in names and not inside:
            found.append([path, first])
    return found


def after(name, old, kinds):
    """The description of the model after the swap, if each new module consists of `kinds`: {"": its class, "0": …}."""
    places, described = dict(wanted(name, old)), []
    for path, kind, first in probes.described(probes.made(name)):
        if path in places:
            described += [[f"{path}.{inner}".rstrip("."), new, f"{first}.{inner}".rstrip(".")] for inner, new in kinds.items()]
        elif not any(path.startswith(f"{place}.") for place in places):
            described.append([path, kind, first])
    # The first path of a shared object may have been inside of what is gone: then it is the first that is left.
    first_left = {}
    for path, _, first in described:
        first_left.setdefault(first, path)
    return [[path, kind, first_left[first]] for path, kind, first in described]


def check_places(work, name, old):
    given = {"model": repr(probes.made(name)), "old": old}
    expect(work.run(probes.found, name, old), equals=["dict", wanted(name, old)], given=given,
           note="[path, the first path of the module that came with it] of each place")


@pytest.mark.parametrize("name", MODELS)
def test_places(work, name):
    """places: at any depth, in lists and dicts of modules too, by path and in the order of registration."""
    for old in ("ReLU", "Tanh", "Sigmoid"):
        check_places(work, name, old)


@pytest.mark.parametrize("name", SHARED)
def test_places_of_what_is_shared(work, name):
    """places: a module that is registered several times comes once for each of its paths."""
    for old in ("ReLU", "Linear"):
        check_places(work, name, old)


@pytest.mark.parametrize("old", ["ReLU", "Hardtanh", "ReLU6", "OwnReLU", ["ReLU", "LeakyReLU"], ["Tanh", "ReLU6", "OwnReLU"],
                                 ["Hardtanh"]])
def test_places_of_classes(work, old):
    """places: of one class or of several, each exactly, so that a subclass is another one."""
    check_places(work, "kinds", old)


def test_places_end_at_what_is_found(work):
    """places: what is inside of a module that is found is not listed, nor is the root, but what is below the root is."""
    for name, old in (("flat", "Sequential"), ("ReLU", "ReLU"), ("inside", ["Residual", "ReLU"]),
                      ("nested", ["Residual", "ReLU"]), ("nested", "Sequential"), ("shared block", "Sequential"),
                      ("flat", ["Sequential", "ReLU"])):
        check_places(work, name, old)


def check_swap(work, name, old, new, kinds):
    given = {"model": repr(probes.made(name)), "old": old, "new": f"lambda old: {new}" if "(" in new else new}
    described, calls = work.run(probes.swapped, name, old, new)
    expect(described, equals=after(name, old, kinds), given=given,
           note="[path, class, first path of that object] of each place afterwards")
    firsts = list(dict.fromkeys(first for _, first in wanted(name, old)))
    expect(sorted(calls), equals=sorted(firsts), given=given, note="which modules `new` was called with, by their first paths")


@pytest.mark.parametrize("name", MODELS)
def test_swap(work, name):
    """swap_activations: every place has a new module of its own, made once, and all else stands where it stood."""
    for old in ("ReLU", "Tanh", ["Tanh", "ReLU"]):
        check_swap(work, name, old, SILU, {"": "SiLU"})


@pytest.mark.parametrize("name", SHARED)
def test_swap_of_what_is_shared(work, name):
    """swap_activations: a module with several places is replaced in all of them by one new one."""
    for old in ("ReLU", "Tanh"):
        check_swap(work, name, old, SILU, {"": "SiLU"})


@contextlib.contextmanager
def computing(model, places, function):
    """Meanwhile the modules at these places compute `function`: hooks put its result into the place of theirs."""
    inputs, handles = {}, []

    def before(module, arguments):
        inputs[module] = arguments[0].clone()  # a relu in place would change it

    for module in dict.fromkeys(model.get_submodule(place) for place in places):
        handles.append(module.register_forward_pre_hook(before))
        handles.append(module.register_forward_hook(lambda module, arguments, result: function(inputs[module])))
    yield model
    for handle in handles:
        handle.remove()


FUNCTIONS = {SILU: functional.silu, PARAMETER: lambda x: 1.5 * x + 0.25, WRAPPED: lambda x: torch.tanh(x).clamp(min=0)}


@pytest.mark.parametrize("name", ["flat", "nested", "twice", "shared block", "kinds"])
def test_output(work, name):
    """swap_activations: the model computes what its layers compute with the new activation between them."""
    for seed, (new, function) in enumerate(FUNCTIONS.items()):
        x = torch.from_numpy(values((4, 3), seed))
        with computing(probes.made(name).eval(), [path for path, _ in wanted(name, "ReLU")], function) as model:
            want = model(x.clone()).detach()
        expect(work.run(probes.output, name, "ReLU", new, x), equals=want, note="the output afterwards",
               given={"model": repr(probes.made(name)), "old": "ReLU", "new": new, "x": x})


def test_new_gets_the_old_one(work):
    """swap_activations: `new` is given the module, and may return one of the same class, or one that contains it."""
    given = {"model": repr(probes.made("slopes")), "old": "LeakyReLU", "new": f"lambda old: {SLOPE}"}
    expect(work.run(probes.slopes, "slopes", SLOPE), equals=[0.5, 1.0, 1.0], given=given, note="the slopes, place by place")
    for name in ("flat", "twice", "nested", "shared block"):
        check_swap(work, name, "ReLU", WRAPPED, {"": "Sequential", "0": "Tanh", "1": "ReLU"})
        check_swap(work, name, ["ReLU"], AROUND, {"": "Sequential", "0": "ReLU", "1": "Dropout"})


@pytest.mark.parametrize("dtype, device", [("float64", "meta"), ("float32", "meta"), ("float64", "cpu")])
def test_new_ones_follow_the_model(work, dtype, device):
    """swap_activations: the new modules have the mode of the old, and dtype and device of the model's first float parameter."""
    # "meta" is a device without memory: shapes and dtypes only, so that this needs no GPU.
    note = "the path of each new module, the dtypes of its parameter and its two buffers, device and mode"
    for name, mode in (("flat", True), ("nested", False), ("activation first", True)):
        want = [f"{path}: torch.{dtype}, torch.{dtype}, torch.int64, on {device}, training {mode}"
                for path, _ in wanted(name, "ReLU")]
        expect(work.run(probes.of_new, name, dtype, device, mode), equals=want, note=note,
               given={"model": repr(probes.made(name)), "dtype": dtype, "device": device, "training": mode, "new": PARAMETER})
    for dtypes in (["float64", "float32"], ["float16", "float64"]):
        expect(work.run(probes.mixed, dtypes), equals=[f"torch.{dtypes[0]}"] * 2, note="the dtypes of the new parameters",
               given={"the model's first parameter": "an integer", "dtypes of its layers": dtypes})
    want = [f"{path}: torch.float32, torch.float32, torch.int64, on cpu, training True" for path, _ in wanted("bare", "ReLU")]
    expect(work.run(probes.of_new, "bare", "float64", "cpu", True), equals=want, given={"model": "one without parameters"},
           note=note)


@supporting
@pytest.mark.parametrize("name", ["flat", "nested", "twice", "shared block", "inside"])
def test_keeps_everything_else(work, name):
    """swap_activations: weights, modes and hooks of the others stay, and an optimiser still holds the model's parameters."""
    for new in (SILU, PARAMETER):
        *kept, changed = work.run(probes.rest, name, "ReLU", new)
        notes = ("whether the state has all that it had", "whether each parameter is the object that it was",
                 "whether a hook of a linear layer still runs", "whether the mode of the root is what it was")
        given = {"model": repr(probes.made(name)), "old": "ReLU", "new": new}
        for one, note in zip(kept, notes, strict=True):
            expect(one, equals=True, given=given, note=note)
        expect(changed, equals=[], given=given, note="the places that are in another mode than before")
    held, count = work.run(probes.learns_on, name)
    given = {"model": repr(probes.made(name))}
    expect(held, equals=count, given=given, note="how many of an optimiser's parameters the model has")


@supporting
def test_refuses_and_then_changes_nothing(work):
    """swap_activations: ValueError where the root is of a class in `old`, itself; after an error nothing has changed."""
    for name, old, fails_at, want in (("ReLU", "ReLU", 0, "ValueError"), ("flat", ["Tanh", "Sequential"], 0, "ValueError"),
                                      ("flat", "ReLU", 2, "KeyError"), ("nested", "ReLU", 3, "KeyError")):
        error, same = work.run(probes.refused, name, old, fails_at)
        new = f"raises a KeyError at call {fails_at}" if fails_at else SILU
        given = {"model": repr(probes.made(name)), "old": old, "new": new}
        expect(error, equals=want, given=given, note="the error that came")
        expect(same, equals=True, given=given, note="whether the model is as it was")
    error, _ = work.run(probes.refused, "own root", "Sequential", 0)
    expect(error, equals="", given={"model": repr(probes.made("own root")), "its class": "class OwnSequential(nn.Sequential)",
                                    "old": "Sequential"}, note="the error that came")
