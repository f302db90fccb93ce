"""Skip connections: a block that adds its input to what it computes, put into a network and taken out of it again."""
import pytest
import torch
from torch.nn import functional

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.surgery import probes_residual as probes
from tests.strategies import values

# Layers are described as in the probes: ("conv", weight, stride), ("norm", …), ("stage", [layers]), ("tanh",), …


def tensor(shape, seed, dtype=torch.float64):
    return torch.from_numpy(values(tuple(shape), seed)).to(dtype)


def conv(before, after, seed, *, size=3, stride=1, dtype=torch.float64):
    return "conv", tensor((after, before, size, size), seed, dtype) / 4, stride


def norm(channels, seed, dtype=torch.float64):
    weight, bias, mean, variance = (tensor((channels,), seed + place, dtype) for place in range(4))
    return "norm", weight, bias, mean, variance.abs() + 0.5


def apply(description, x, *, training=False):
    """What a layer computes, by torch.nn.functional."""
    kind, *parts = description
    if kind == "stage":
        for each in parts[0]:
            x = apply(each, x, training=training)
        return x
    if kind == "conv":
        weight, stride = parts
        return functional.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2)
    if kind == "norm":
        weight, bias, mean, variance = parts
        return functional.batch_norm(x, mean.clone(), variance.clone(), weight, bias, training=training)
    if kind == "linear":
        return functional.linear(x, parts[0])
    return {"relu": torch.relu, "relu in place": torch.relu, "tanh": torch.tanh, "silu": functional.silu,
            "flatten": lambda each: each.flatten(1), "identity": lambda each: each}[kind](x)


def block(stage, shortcut, activation, x, *, training=False):
    y = apply(("stage", stage), x, training=training)
    if shortcut is not None:
        y = y + apply(shortcut, x, training=training)
    return apply(activation, y, training=training)


def with_leaves(description):
    """The description with tensors that require gradients in the place of its parameters, and a list of these."""
    kind, *parts = description
    if kind == "stage":
        made = [with_leaves(each) for each in parts[0]]
        return ("stage", [each for each, _ in made]), [leaf for _, leaves in made for leaf in leaves]
    number = {"conv": 1, "linear": 1, "norm": 2}.get(kind, 0)
    leaves = [each.clone().requires_grad_() for each in parts[:number]]
    return (kind, *leaves, *parts[number:]), leaves


def parts_of_block(which, seed, dtype=torch.float64):
    """(stage, shortcut) from 3 channels: "identity", "projection" to 5 channels at half the size, or "none"."""
    after, stride = (5, 2) if which == "projection" else (3, 1)
    stage = [conv(3, 4, seed, stride=stride, dtype=dtype), norm(4, seed + 1, dtype), ("silu",),
             conv(4, after, seed + 5, dtype=dtype), norm(after, seed + 6, dtype)]
    if which == "projection":
        return stage, ("stage", [conv(3, 5, seed + 10, size=1, stride=2, dtype=dtype), norm(5, seed + 11, dtype)])
    return stage, ("identity",) if which == "identity" else None


@pytest.mark.parametrize("which, activation", [("identity", "relu"), ("identity", "tanh"), ("projection", "relu"),
                                               ("projection", "identity"), ("none", "tanh")])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_forward(work, which, activation, dtype):
    """Residual: the sum of stage and shortcut, and the activation of that; without a shortcut the stage's activation."""
    kind = getattr(torch, dtype)
    stage, shortcut = parts_of_block(which, 1, kind)
    inputs = [tensor((2, 3, 5, 4), seed, kind) for seed in (20, 21)]
    for training in (False, True):
        want = [block(stage, shortcut, (activation,), x, training=training) for x in inputs]
        got, _ = work.run(probes.outputs, stage, shortcut, (activation,), inputs, training=training)
        # Batch statistics of 40 values: float32 keeps five digits of them.
        expect(got, equals=want, rtol=1e-3 if dtype == "float32" else 1e-7, atol=1e-4 if dtype == "float32" else 1e-9,
               given={"shortcut": which, "activation": activation, "training": training, "shape of x": (2, 3, 5, 4)})


@pytest.mark.parametrize("stage", [[("relu in place",)], [("relu in place",), ("conv",), ("norm",)]])
@pytest.mark.parametrize("shortcut", ["identity", "projection", "none"])
def test_leaves_x_as_it_was(work, stage, shortcut):
    """Residual: a stage that begins with a layer that works in place changes neither x nor what the shortcut reads."""
    stage = [{"conv": conv(3, 3, 30), "norm": norm(3, 31)}.get(kind, (kind,)) for kind, in stage]
    around = {"identity": ("identity",), "projection": conv(3, 3, 35, size=1), "none": None}[shortcut]
    inputs = [tensor((2, 3, 3, 4), seed) for seed in (36, 37)]
    want = [block(stage, around, ("tanh",), x) for x in inputs]
    before = [x.clone() for x in inputs]
    got, after = work.run(probes.outputs, stage, around, ("tanh",), inputs)
    given = {"stage": [kind for kind, *_ in stage], "shortcut": shortcut}
    expect(got, equals=want, given=given, note="the outputs")
    expect(after, equals=before, given=given, note="x afterwards")


@pytest.mark.parametrize("last", ["tanh", "norm", "relu"])
@pytest.mark.parametrize("which", ["identity", "projection"])
def test_gradients(work, last, which):
    """Residual: the gradients by x and by all parameters, through both ways, whatever the stage's last layer is."""
    stage, shortcut = parts_of_block(which, 41)
    stage = [*stage, (last,)] if last != "norm" else stage
    if last == "relu":
        stage = [("relu in place",), *stage]
    inputs = [tensor((2, 3, 4, 5), seed) for seed in (50, 51)]
    upstream = [tensor(block(stage, shortcut, ("silu",), x).shape, seed) for seed, x in zip((52, 53), inputs)]
    want = []
    for x, grad in zip(inputs, upstream):
        (_, of_stage), stage_leaves = with_leaves(("stage", stage))
        of_shortcut, shortcut_leaves = with_leaves(shortcut)
        leaves = [x.clone().requires_grad_(), *stage_leaves, *shortcut_leaves]
        y = block(of_stage, of_shortcut, ("silu",), leaves[0])
        want.append(list(torch.autograd.grad(y, leaves, grad)))
    got = work.run(probes.gradients, stage, shortcut, ("silu",), inputs, upstream)
    given = {"stage": [kind for kind, *_ in stage], "shortcut": which, "activation": "silu"}
    expect(got, equals=want, given=given, note="the gradients by x, then by the parameters of the stage and the shortcut")


@pytest.mark.parametrize("before, after, stride", [
    ((2, 3, 4, 5), (2, 3, 4, 5), None), ((4, 7), (4, 7), None), ((2, 3, 4), (2, 3, 4), None),
    ((2, 3, 4, 4), (2, 5, 4, 4), (1, 1)), ((2, 4, 6, 8), (2, 4, 3, 4), (2, 2)), ((1, 3, 7, 8), (1, 2, 4, 4), (2, 2)),
    ((2, 1, 7, 3), (2, 4, 4, 3), (2, 1)), ((1, 2, 5, 9), (1, 3, 3, 3), (2, 3)), ((1, 2, 5, 6), (1, 2, 2, 1), (3, 6))])
def test_shortcut_for(work, before, after, stride):
    """shortcut_for: the identity for equal shapes, else a 1 x 1 convolution with the stride that fits, and a batch norm."""
    given = {"before": before, "after": after}
    described, shared = work.run(probes.shortcuts, before, after, [61, 62])
    channels = before[1], after[1]
    for classes, state, x, y, tensors in described:
        if stride is None:
            expect(classes, equals=["Identity"], given=given, note="the modules of the shortcut")
            expect(y, equals=x, given=given, note="what it gives")
            continue
        expect(classes, equals=["Sequential", "Conv2d", "BatchNorm2d"], given=given, note="the modules of the shortcut")
        names = ("weight", "bias", "running_mean", "running_var")
        expect(state, equals=[["0.weight", [channels[1], channels[0], 1, 1]], *([f"1.{name}", [channels[1]]] for name in names),
                              ["1.num_batches_tracked", []]], given=given, note="names and shapes of its tensors")
        weight, scale, shift, mean, variance, _ = tensors
        seen = torch.einsum("bchw,dc->bdhw", x[:, :, ::stride[0], ::stride[1]], weight[:, :, 0, 0])
        expect(tuple(seen.shape), equals=after)  # the table above is right
        want = functional.batch_norm(seen, mean, variance, scale, shift)
        expect(y, equals=want, given=given, note="what it gives, in evaluation mode")
    expect(shared, equals=0, given=given, note="parameters that the shortcuts of two calls share")


@supporting
@pytest.mark.parametrize("before, after", [
    ((2, 3, 8, 8), (1, 3, 8, 8)), ((2, 3), (2, 4)), ((2, 3, 4, 5), (2, 60)), ((2, 3, 4), (2, 5, 4)),
    ((1, 3, 4, 4), (1, 3, 8, 8)), ((1, 3, 8, 8), (1, 3, 6, 8)), ((1, 3, 8, 8), (1, 5, 4, 5)), ((1, 3, 5, 5), (1, 3, 4, 4))])
def test_shortcut_for_refuses(work, before, after):
    """shortcut_for: shapes between which no such convolution leads raise ValueError."""
    work.shortcut_for((1, 2, 4, 4), (1, 3, 2, 2))
    error, right = work.run(probes.refused, before, after)
    expect_true(right, got=error or "no error", want="ValueError", given={"before": before, "after": after})


# ── surgery on a network ────────────────────────────────────────────────────────────────────────────────────────


def layers_of_network(seed, dtype=torch.float64, *, begins_in_place=False):
    """{name: layer} of a network for images of 2 channels and 6 x 5 pixels."""
    first = {"front": ("relu in place",)} if begins_in_place else {}
    return first | {
        "stem": conv(2, 3, seed, dtype=dtype),
        "first": ("stage", [conv(3, 3, seed + 1, dtype=dtype), norm(3, seed + 2, dtype), ("silu",),
                            conv(3, 3, seed + 6, dtype=dtype), ("tanh",)]),
        "second": ("stage", [conv(3, 4, seed + 7, stride=2, dtype=dtype), norm(4, seed + 8, dtype), ("relu",)],
                   ["halve", "norm", "act"]),
        "last": ("stage", [("silu",), conv(4, 4, seed + 12, dtype=dtype)]),
        "flatten": ("flatten",),
        "head": ("linear", tensor((2, 36), seed + 13, dtype))}


def places(layers, names=None):
    """The names of the layers of a stage, from the parts of its description."""
    return names or [str(place) for place in range(len(layers))]


def split(stage):
    """(layers before the last activation, activation): ("identity",) where the last layer is none."""
    *rest, last = stage
    return (rest, last) if last[0] in ("relu", "tanh", "silu") else (stage, ("identity",))


def shortcut_of(tensors, stride):
    """The description of a shortcut from the tensors of its state dict; of an identity where there are none."""
    if not tensors:
        return ("identity",)
    weight, scale, shift, mean, variance, _ = tensors
    return "stage", [("conv", weight, stride), ("norm", scale, shift, mean, variance)]


def run_network(layers, shortcuts, x):
    """The network's output in evaluation mode, with `shortcuts` {name: description} around the stages that they name."""
    for name, (kind, *parts) in layers.items():
        if name in shortcuts:
            stage, activation = split(parts[0])
            x = block(stage, shortcuts[name], activation, x)
        else:
            x = apply((kind, *parts), x)
    return x


def state_names(layers, blocks):
    """The names in the network's state dict; `blocks` is {name of a block: whether its shortcut is a projection}."""
    statistics = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    of = {"conv": ("weight",), "linear": ("weight",), "norm": statistics}
    found = []
    for name, (kind, *parts) in layers.items():
        inside = f"{name}.stage" if name in blocks else name
        each = [(name, kind)]
        if kind == "stage":
            each = [(f"{inside}.{place}", *layer) for place, layer in zip(places(*parts), parts[0])]
        found += [f"{path}.{tensor}" for path, what, *_ in each for tensor in of.get(what, ())]
        if blocks.get(name):
            found += [f"{name}.shortcut.0.weight", *(f"{name}.shortcut.1.{tensor}" for tensor in statistics)]
    return found


@pytest.mark.parametrize("names", [["second"], ["first"], ["last", "first"], ["first", "second", "last"]])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_add_skips(work, names, dtype):
    """add_skips: the named stages become blocks of the same layers, with the sum before a last activation."""
    kind, given = getattr(torch, dtype), {"names": names, "dtype": dtype}
    for seed in (101, 201):
        layers = layers_of_network(seed, kind)
        inputs = [tensor((2, 2, 6, 5), seed + 50 + place, kind) for place in range(2)]
        seen = work.run(probes.added, layers, names, tensor((1, 2, 6, 5), seed + 60, kind), inputs)
        expect(seen["classes"], given=given, note="the layers of the network",
               equals=[[name, "Residual" if name in names else {"stage": "Sequential", "conv": "Conv2d", "linear": "Linear",
                                                                "flatten": "Flatten"}[layers[name][0]]] for name in layers])
        parts = {"first": ["Sequential", "Identity", "Tanh"], "second": ["Sequential", "Sequential", "ReLU"],
                 "last": ["Sequential", "Identity", "Identity"]}
        expect({name: seen["parts"][name] for name in names}, equals={name: parts[name] for name in names}, given=given,
               note="stage, shortcut and activation of each block")
        expect(seen["names"], equals=state_names(layers, {name: name == "second" for name in names}), given=given,
               note="the names in the state dict")
        expect(seen["dtypes"], equals=[f"torch.{dtype}"], given=given, note="the dtypes in the state dict")
        shortcuts = {name: shortcut_of(seen["shortcuts"].get(name), (2, 2)) for name in names}
        want = [run_network(layers, shortcuts, x) for x in inputs]
        # Six layers in float32, one after the other: three or four digits are left of sums that nearly cancel.
        expect(seen["outputs"], equals=want, rtol=1e-3 if dtype == "float32" else 1e-7,
               atol=1e-3 if dtype == "float32" else 1e-9, given=given, note="the network's output, in evaluation mode")


def modes_of(layers, pattern):
    """{name of a module: training}: all "training", all "evaluation", or "mixed", with the second stage frozen."""
    names = ["", *layers, *(f"{name}.{place}" for name, (kind, *parts) in layers.items() if kind == "stage"
                            for place in places(*parts))]
    return {name: pattern == "training" or pattern == "mixed" and not name.startswith("second") and name != "first.1"
            for name in names}


def mode_after(name, modes, layers, blocks):
    """The mode of a module of the network with skips: a new one has that of its stage."""
    outer, _, inner = name.partition(".")
    if outer not in blocks:
        return modes[name]
    if inner.startswith("stage."):
        return modes[f"{outer}.{inner.removeprefix('stage.')}"]
    _, *parts = layers[outer]
    if inner == "activation" and split(parts[0])[1] != ("identity",):
        return modes[f"{outer}.{places(*parts)[-1]}"]
    return modes[outer]


@pytest.mark.parametrize("pattern", ["training", "evaluation", "mixed"])
def test_add_skips_changes_nothing_else(work, pattern):
    """add_skips: layers, parameters, statistics, modes and example stay as they were; a new module has its stage's mode."""
    names = ["first", "second", "last"]
    layers = layers_of_network(301, begins_in_place=True)
    modes, given = modes_of(layers, pattern), {"names": names, "modes of the modules": pattern}
    seen = work.run(probes.added, layers, names, tensor((2, 2, 6, 5), 360), [], modes=modes)
    expect([each for each, kind in seen["classes"] if kind == "Residual"], equals=names, given=given, note="the blocks")
    for what, note in [("layers kept", "whether all layers are the same objects"),
                       ("parameters kept", "whether all parameters are the same objects"),
                       ("state kept", "whether parameters and statistics have their values"),
                       ("modes kept", "whether the modules have the modes that they had"),
                       ("example kept", "whether the example has its values"),
                       ("leaves kept", "whether parameters require gradients and have none")]:
        expect(seen[what], equals=True, given=given, note=note)
    expect(seen["modes"], equals=[[name, mode_after(name, modes, layers, names)] for name, _ in seen["modes"]], given=given,
           note="training, of each module")


def test_add_skips_where_a_stage_stands_twice(work):
    """add_skips: of a stage that stands in two places only the named place changes."""
    for seed, names in ((401, ["again"]), (402, ["first"])):
        layers = {"stem": conv(2, 3, seed), "first": ("stage", [conv(3, 3, seed + 1), ("tanh",)]), "middle": ("silu",)}
        layers["again"] = layers["first"]
        inputs = [tensor((2, 2, 4, 4), seed + place) for place in (5, 6)]
        seen = work.run(probes.added, layers, names, inputs[0], inputs, twice=[("again", "first")])
        given = {"names": names, "network": "stem, first, middle, again, where again is the same module as first"}
        kinds = {"stem": "Conv2d", "first": "Sequential", "middle": "SiLU", "again": "Sequential"} | {names[0]: "Residual"}
        expect(seen["classes"], equals=[[*each] for each in kinds.items()], given=given, note="the layers of the network")
        expect(seen["outputs"], equals=[run_network(layers, {names[0]: ("identity",)}, x) for x in inputs], given=given,
               note="the network's output")


@pytest.mark.parametrize("names", [["first"], ["again"], ["again", "first"]])
def test_add_skips_where_shapes_differ(work, names):
    """add_skips: a stage in two places gets the shortcut of each place, for the shapes that it has there."""
    for seed in (451, 471):
        # Images of 2 x 2 become one pixel, and in the second place one pixel stays one.
        layers = {"stem": conv(2, 3, seed), "first": ("stage", [conv(3, 3, seed + 1, stride=2), ("tanh",)]), "middle": ("silu",)}
        layers["again"] = layers["first"]
        inputs = [tensor((2, 2, 2, 2), seed + place) for place in (5, 6)]
        seen = work.run(probes.added, layers, names, inputs[0], inputs, twice=[("again", "first")])
        given = {"names": names, "network": "stem, first, middle, again, where again is the same module as first",
                 "shapes": "(2, 3, 2, 2) to (2, 3, 1, 1) in first, (2, 3, 1, 1) to (2, 3, 1, 1) in again"}
        expect({name: seen["parts"][name] for name in names}, given=given, note="stage, shortcut and activation of each block",
               equals={name: ["Sequential", "Sequential" if name == "first" else "Identity", "Tanh"] for name in names})
        shortcuts = {name: shortcut_of(seen["shortcuts"].get(name), (2, 2)) for name in names}
        expect(seen["outputs"], equals=[run_network(layers, shortcuts, x) for x in inputs], given=given,
               note="the network's output")


@supporting
def test_add_skips_walks_once(work):
    """add_skips: the names may come from a generator, which can be walked through once only."""
    layers, names = layers_of_network(481), ["first", "second"]
    inputs = [tensor((2, 2, 6, 5), 491)]
    seen = work.run(probes.added, layers, names, inputs[0], inputs, once=True)
    expect([name for name, kind in seen["classes"] if kind == "Residual"], equals=names,
           given={"names": "a generator of 'first' and 'second'"}, note="the blocks")


@supporting
@pytest.mark.parametrize("names, named", [(["missing"], "missing"), (["stem"], "stem"), (["first", "flat"], "flat"),
                                          (["first", "stem"], "stem"), (["first"], "")])
def test_add_skips_refuses(work, names, named):
    """add_skips: no stage of a name, or one without a shortcut, raises ValueError that names it; all stays as it was."""
    layers = {"stem": conv(2, 3, 501), "first": ("stage", [conv(3, 3, 502), norm(3, 503), ("relu",)]),
              "flat": ("stage", [("flatten",)])}
    given = {"names": names, "network": "stem, first (an nn.Sequential), flat (an nn.Sequential of nn.Flatten)"}
    work.run(probes.added, layers, ["first"], tensor((2, 2, 4, 4), 505), [])
    if not named:
        layers["fails"] = ("fails",)
        given["network"] += ", and a layer that raises RuntimeError"
    modes = {"first.1": False}
    (error, is_value_error, message), same = work.run(probes.not_added, layers, names, tensor((2, 2, 4, 4), 506), modes=modes)
    if named:
        expect_true(is_value_error, got=error or "no error", want="ValueError", given=given)
        expect_true(named in message, got=message, want=f"the name {named!r} in the message", given=given)
    else:
        expect(error, equals="RuntimeError", given=given, note="the error that came")
    expect(same, equals=True, given=given, note="whether the network is as it was: layers, values, modes")


@pytest.mark.parametrize("kind", ["row", "root", "nested", "shared"])
@pytest.mark.parametrize("training", [True, False])
def test_remove_skips(work, kind, training):
    """remove_skips: each block computes activation(stage(x)), and all else keeps its name, value and mode."""
    for seed in (601, 701):
        first = [conv(3, 3, seed), norm(3, seed + 1)], ("stage", [conv(3, 3, seed + 5, size=1), norm(3, seed + 6)]), ("tanh",)
        second = [conv(3, 3, seed + 10), ("silu",)], ("identity",), ("relu",)
        third = [conv(3, 3, seed + 11)], None, ("silu",)
        layers = {"one": ("block", *first), "plain": ("tanh",), "two": ("block", *second), "three": ("block", *third)}
        inputs = [tensor((2, 3, 3, 4), seed + place) for place in (20, 21)]
        want = []
        for x in inputs:
            y = block(first[0], None, first[2], x)
            if kind == "row":
                y = block(third[0], None, third[2], block(second[0], None, second[2], torch.tanh(y)))
            elif kind == "shared":
                y = block(first[0], None, first[2], torch.tanh(y))
            want.append(y)
        gone = [f"shortcut.{name}" for name in ("0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var",
                                                "1.num_batches_tracked")]
        under = {"row": ["one."], "root": [""], "nested": ["0.stage.0."], "shared": ["0.", "2."]}[kind]
        seen = work.run(probes.removed, kind, layers, inputs, training)
        given = {"model": {"row": "a block with a projection, tanh, a block with an identity, a block without a shortcut",
                           "root": "a block with a projection", "nested": "a block with a projection within another block",
                           "shared": "a block with a projection, tanh, the same block again"}[kind], "training": training}
        expect(seen["outputs"], equals=want, given=given, note="the output without skips, in evaluation mode")
        expect(seen["counts"], equals=[2 if kind in ("row", "nested") else 1, 0], given=given,
               note="what remove_skips returns, and when it is called again")
        expect(seen["gone"], equals=[name + each for name in under for each in gone], given=given,
               note="names that are no longer in the state dict")
        expect(seen["same"], equals=True, given=given, note="whether the others are the same tensors with the same values")
        expect(seen["modes"], equals=[training], given=given, note="training, of all modules")
