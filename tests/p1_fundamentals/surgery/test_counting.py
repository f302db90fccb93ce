"""Count what a model costs: its parameters, and the floating-point operations of one pass, by layer and in total."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from grader.judge import expect, expect_true, expected_once, supporting
from tests.p1_fundamentals.surgery import probes_counting as probes

SHAPES = {"plain": (2, 3, 8, 8), "nested": (3, 2, 5, 6), "shared": (2, 4, 3), "tied": (5, 6), "empty": (2, 3)}


def part(got, *keys, given):
    """An entry of the dict that came back, once it is there."""
    for key in keys:
        expect_true(type(got) is dict and key in got, got=sorted(got) if type(got) is dict else got,
                    want=f"a dict with the key {key!r}", given=given)
        got = got[key]
    return got


def parameters_of(model):
    """All parameters of a model, each once, found through the modules that hold them."""
    held = {id(each): each for module in model.modules() for each in vars(module)["_parameters"].values() if each is not None}
    return list(held.values())


@expected_once
def flops_of(name, width):
    """By PyTorch's own counter, whose first use takes a second. Two for a multiply-add, and nothing for a bias, as here."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        probes.model(name, width).eval()(torch.zeros(SHAPES[name]))
    return counter.get_total_flops()


def rows_of(name, width, batch):
    """{layer: (parameters, numbers in the weight, positions)}, by hand, for the shape in SHAPES with `batch` examples."""
    if name == "plain":      # 8 x 8 pixels, 4 x 4 after the pool, 2 x 2 after the stride
        return {"0": (28 * width, 27 * width, 64 * batch), "4": (18 * width, 18 * width, 4 * batch),
                "8": (10 * width + 5, 10 * width, batch)}
    if name == "nested":     # 5 x 6 pixels, 3 x 4 without a border; the head is called twice
        return {"blocks.0.0": (19 * width, 18 * width, 12 * batch), "blocks.1": (width ** 2, width ** 2, 12 * batch),
                "unused": (3 * width + 3, 3 * width, 0), "head": (width ** 2 + width, width ** 2, 2 * batch)}
    if name == "shared":     # 4 rows in each example
        return {"0": (12, 9, 8 * batch), "2.0": (4 * width, 3 * width, 4 * batch), "2.1": (3 * width, 3 * width, 4 * batch)}
    return {"0": (width ** 2 + width, width ** 2, batch), "2": (width ** 2, width ** 2, batch)} if name == "tied" else {}


@pytest.mark.parametrize("name, width, shape", [("plain", 4, (2, 3, 8, 8)), ("nested", 3, (1, 2, 5, 6)), ("shared", 4, (2, 3)),
                                                ("tied", 6, (2, 6)), ("empty", 1, (2, 3))])
@pytest.mark.parametrize("frozen", [False, True])
def test_parameters(work, name, width, shape, frozen):
    """The parameters of the model: each once, frozen ones too, buffers not; and how many of them are not 0."""
    widths = [width] if name in ("tied", "empty") else [width, width + 2]
    zeros = {"plain": {"1.bias": 3, "0.weight": 5}, "nested": {"scale": 2, "unused.weight": 4}, "shared": {"2.0.bias": 1},
             "tied": {"0.weight": 7}, "empty": {}}[name]
    for removed in ({}, zeros):
        results = work.run(probes.counted, name, widths, shape, frozen=frozen, zeros=removed)
        for each, got in zip(widths, results, strict=True):
            number = sum(parameter.numel() for parameter in parameters_of(probes.model(name, each)))
            given = {"model": name, "width": each, "first parameter frozen": frozen, "numbers set to 0": removed}
            expect(part(got, "parameters", given=given), equals=number, given=given, note='"parameters"')
            expect(part(got, "nonzero", given=given), equals=number - sum(removed.values()), given=given, note='"nonzero"')


@settings(max_examples=20)  # each adds one forward pass in either process
@given(groups=st.sampled_from([1, 1, 2, 3]), channels=st.tuples(st.integers(1, 2), st.integers(1, 3)),
       kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)), stride=st.tuples(st.integers(1, 3), st.integers(1, 2)),
       padding=st.tuples(st.integers(0, 2), st.integers(0, 2)), dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
       bias=st.booleans(), batch=st.integers(1, 3))
def test_convolutions(work, groups, channels, kernel, stride, padding, dilation, bias, batch):
    """The FLOPs of a convolution: 2 for each product, with groups, stride, padding and dilation, and none for the bias."""
    before, after = groups * channels[0], groups * channels[1]
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "bias": bias}
    shape = (batch, before, 6, 7)
    pixels = 1
    for axis in (0, 1):      # where the kernel can stand: from the first place on, as long as its last point is inside
        last = shape[2 + axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1)
        pixels *= len(range(0, last, stride[axis]))
    several = [((before, wide, kernel), options) for wide in (after, 2 * after)]
    results = work.run(probes.of_layers, "Conv2d", several, shape)
    for ((_, wide, _), _), got in zip(several, results, strict=True):
        products = batch * pixels * wide * channels[0] * kernel[0] * kernel[1]
        given = {"layer": f"Conv2d({before}, {wide}, {kernel})", **options, "input_shape": shape}
        expect(part(got, "flops", given=given), equals=2 * products, given=given, note='"flops"')


@pytest.mark.parametrize("leading", [(), (1,), (5,), (2, 3), (2, 1, 4)])
def test_linear_layers(work, leading):
    """The FLOPs of a linear layer: 2 for each product, over any number of leading axes or none."""
    several = [((4, 3), {}), ((4, 5), {"bias": False})]
    results = work.run(probes.of_layers, "Linear", several, (*leading, 4))
    rows = 1
    for length in leading:
        rows *= length
    for ((inputs, outputs), options), got in zip(several, results, strict=True):
        given = {"layer": f"Linear({inputs}, {outputs})", **options, "input_shape": (*leading, 4)}
        expect(part(got, "flops", given=given), equals=2 * rows * inputs * outputs, given=given, note='"flops"')


@pytest.mark.parametrize("name", ["plain", "nested", "shared", "tied", "empty"])
def test_networks(work, name):
    """The FLOPs of a whole model, as PyTorch counts them: what is called twice counts twice, other layers count nothing."""
    shape = SHAPES[name]
    widths = [6] if name == "tied" else [3, 5]
    results = work.run(probes.counted, name, widths, shape)
    for width, got in zip(widths, results, strict=True):
        given = {"model": name, "width": width, "input_shape": shape}
        expect(part(got, "flops", given=given), equals=flops_of(name, width), given=given, note='"flops"')


@pytest.mark.parametrize("name", ["plain", "nested", "shared", "tied", "empty"])
def test_layers(work, name):
    """The rows: one for each convolution and linear layer, in the order of named_modules, with its own counts."""
    shape = SHAPES[name]
    widths = [6] if name == "tied" else [4, 5]
    for width, got in zip(widths, work.run(probes.counted, name, widths, shape), strict=True):
        given = {"model": name, "width": width, "input_shape": shape}
        want = rows_of(name, width, shape[0])
        rows = part(got, "layers", given=given)
        expect(list(rows) if type(rows) is dict else rows, equals=list(want), given=given, note='the names in "layers"')
        for layer, (parameters, weights, positions) in want.items():
            expect(part(rows, layer, "parameters", given=given), equals=parameters, given=given,
                   note=f'"parameters" of layer {layer}')
            expect(part(rows, layer, "flops", given=given), equals=2 * weights * positions, given=given,
                   note=f'"flops" of layer {layer}')


@pytest.mark.parametrize("name, zeros", [
    ("plain", {"0.weight": 11, "0.bias": 2}), ("plain", {"4.weight": 18, "8.weight": 1, "1.weight": 1}),
    ("nested", {"blocks.0.0.weight": 5, "head.weight": 4, "head.bias": 2, "unused.weight": 6, "scale": 1}),
    ("shared", {"0.weight": 9}), ("tied", {})])
def test_effective(work, name, zeros):
    """The effective FLOPs leave out the products with weights that are 0, of each layer and in total."""
    shape = SHAPES[name]
    widths = [6] if name == "tied" else [3, 4]
    for width, got in zip(widths, work.run(probes.counted, name, widths, shape, zeros=zeros), strict=True):
        given = {"model": name, "width": width, "input_shape": shape, "numbers set to 0": zeros}
        total = 0
        for layer, (_, weights, positions) in rows_of(name, width, shape[0]).items():
            want = 2 * (weights - zeros.get(f"{layer}.weight", 0)) * positions
            expect(part(got, "layers", layer, "effective", given=given), equals=want, given=given,
                   note=f'"effective" of layer {layer}')
            total += want
        expect(part(got, "effective", given=given), equals=total, given=given, note='"effective"')


@pytest.mark.parametrize("pattern", ["training", "evaluation", "mixed"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_leaves_the_model_as_it_was(work, pattern, dtype):
    """The model is called once, in evaluation mode with zeros of its dtype, and is as it was: modes, hooks, statistics."""
    for width in (2, 3):
        got, after = work.run(probes.watched, width, pattern=pattern, dtype=dtype)
        given = {"modes of the modules": pattern, "dtype": dtype, "input_shape": (3, 2, 4, 4)}
        expect(after["error"], equals="", given=given, note="the error that came")
        expect([row[:3] for row in after["seen"]], equals=[[[3, 2, 4, 4], f"torch.{dtype}", 0]], given=given,
               note="for each call of the model, the input's shape and dtype, and how many numbers in it are not 0")
        expect([row[3] for row in after["seen"]], equals=[False], given=given, note="training, when the model was called")
        expect([row[4] for row in after["seen"]], equals=[False], given=given, note="whether a graph was recorded")
        check_as_it_was(after, given)
        # Kernels of 3 on 4 x 4 pixels stand at 4 places of 3 images; then a linear layer on 3 rows.
        products = 18 * width * 4 * 3 + 4 * width * 2 * 3
        expect(part(got, "flops", given=given), equals=2 * products, given=given, note='"flops"')


@supporting
def test_dtype_of_the_input(work):
    """The model is called with the dtype of its first floating-point parameter, or with float32 where it has none."""
    several = {"float64": [([1, 2], "int64"), ([1.0], "float64"), ([1.0], "float32")],
               "float32": [([1, 2], "int32")], "float16": [([1.0], "float16"), ([1], "int64")]}
    found = work.run(probes.spied, list(several.values()), (2, 3))
    for (dtype, parameters), seen in zip(several.items(), found, strict=True):
        expect(seen, equals=[[f"torch.{dtype}", 0]], given={"dtypes of the parameters": [kind for _, kind in parameters]},
               note="for each call of the model, the input's dtype, and how many numbers in it are not 0")


def check_as_it_was(after, given):
    expect(after["own hooks"], equals=False, given=given, note="whether modules have hooks that they did not have before")
    for key, note in [("others' hooks", "whether the modules have the hooks that they had before"),
                      ("modes", "whether each module has the mode that it had"),
                      ("state", "whether parameters and statistics have their values"),
                      ("gradients", "whether parameters require gradients and have none"),
                      ("random numbers", "whether the state of the global random numbers is what it was")]:
        expect(after[key], equals=True, given=given, note=note)


@supporting
@pytest.mark.parametrize("pattern", ["training", "evaluation", "mixed"])
def test_after_an_error(work, pattern):
    """Where the model raises an error, that error reaches the caller, and modes and hooks are as they were."""
    work.run(probes.watched, 2)
    _, after = work.run(probes.watched, 3, fails=True, pattern=pattern)
    given = {"modes of the modules": pattern, "the model": "raises a RuntimeError after two layers"}
    expect(after["error"], equals="RuntimeError", given=given, note="the error that came")
    check_as_it_was(after, given)
