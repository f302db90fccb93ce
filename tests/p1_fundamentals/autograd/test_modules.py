"""Modules, parameters and a linear layer."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes_modules as probes
from tests.strategies import seeds, shapes, values

MADE_OF = [np.array([1.5, -2.0]), np.array([[0.5]], np.float32), np.array([3, 4]), np.array(2.5), [1.5, 2], 3, 2.5]


@pytest.mark.parametrize("data", MADE_OF, ids=range(len(MADE_OF)))
def test_parameter(work, data):
    """A Parameter is a tensor that requires a gradient, made of an array, a list or a number."""
    kept = np.asarray(data)
    kept = kept if kept.dtype.kind == "f" else kept.astype(np.float64)
    is_tensor, got, requires_grad, grad, parents = work.run(probes.parameter_facts, data)
    given = {"data": data}
    expect(is_tensor, equals=True, given=given, note="whether it is a Tensor")
    expect(got, equals=kept, given=given, note="its data")
    expect(requires_grad, equals=True, given=given, note="its requires_grad")
    expect(grad, equals=None, given=given, note="its grad")
    expect(parents, equals=0, given=given, note="the number of its parents")


def numbers_in(plan, met):
    """The oracle: the whole numbers in a plan (see the probe `built`), in order, each once."""
    if type(plan) is int and plan not in met:
        met.add(plan)
        return [plan]
    parts = plan.values() if isinstance(plan, dict) else plan if isinstance(plan, (list, tuple)) else ()
    return [number for part in parts for number in numbers_in(part, met)]


def check_parameters(work, plan):
    expect(work.run(probes.numbers_of_parameters, plan), equals=numbers_in(plan, set()), given={"module": plan},
           note="Numbers stand for parameters, {…} for modules with these attributes.")


PLAIN = [
    {"w": 1, "b": 2},
    {"z": 3, "a": 1, "m": 2},                                               # as they were set, not by name
    {"first": {"w": 1, "b": 2}, "scale": 3, "second": {"w": 4}},            # depth first
    {"w": 2, "inner": {"inner": {"inner": {"w": 1}}}},
    {"layers": [{"w": 1}, {"w": 2}], "b": 3},
    {"w": [3, 1], "both": ({"w": 5}, 4), "nested": [[2], ({"w": [6]},)]},
    {"w": 1, "name": "weight", "rate": 0.5, "flag": True, "mask": None, "b": 2, "mixed": [0.25, "x", 3, None]},
    {"Sequential": [{"w": 1, "b": 2}, {"Sequential": [{"w": 3}]}, {"w": 4}]},
    {"body": {"Sequential": [{"w": 2}, {"b": 1}]}, "head": {"w": 3}},
    {},
]


@pytest.mark.parametrize("plan", PLAIN, ids=range(len(PLAIN)))
def test_parameters_in_order(work, plan):
    """parameters(): found in attributes, modules, lists and tuples at any depth, in the order of the attributes."""
    check_parameters(work, plan)


SHARED = [
    {"w": 1, "tied": 1, "b": 2},
    {"encoder": {"w": 1}, "decoder": {"b": 2, "w": 1}},
    {"layers": [3, 1, 3, 2, 1]},
    {"@": "all", "w": 1, "part": {"parent": "all", "w": 2}, "b": 3},        # a circle
    {"first": {"@": "layer", "w": 1, "b": 2}, "again": "layer", "last": ["layer", {"w": 3}]},
]


@pytest.mark.parametrize("plan", SHARED, ids=range(len(SHARED)))
def test_parameters_once(work, plan):
    """parameters(): a parameter that is shared comes once, and modules may refer to one another in a circle."""
    check_parameters(work, plan)


def test_parameters_as_they_are_now(work):
    """parameters() and zero_grad(): of the attributes as they are at the call, and of nothing that is no attribute."""
    attributes = {
        "w": "1", "table": "{'w': 90}", "other": "an object, no module, with w = 91 and a method parameters",
        "result": "92 * 2.0", "names": "{93}", "layers": "[2]", "_b": "3", "same": "a second parameter, of the array of _b",
        "frozen": "4, with requires_grad False", "of the class": "94"}
    found = work.run(probes.parameters_of_changing_module)
    moments = [("at first", [1, 2, 3, 3, 4]),
               ("after layers.append(a module with 5), w = 6 and late = 7", [6, 2, 5, 3, 3, 4, 7]),
               ("after _b was deleted", [6, 2, 5, 3, 4, 7])]
    for (moment, want), (numbers, gradients) in zip(moments, found, strict=True):
        given = {"module (numbers are the values of parameters)": attributes, "when": moment}
        expect(numbers, equals=want, given=given, note="the values of parameters()")
        expect(gradients, equals=0, given=given, note="how many of these have a gradient after zero_grad()")


@pytest.mark.parametrize("plan", [PLAIN[0], PLAIN[5], PLAIN[6], PLAIN[7], SHARED[1]], ids=range(5))
def test_zero_grad(work, plan):
    """zero_grad(): the gradient of every parameter is None, and that of a plain tensor stays."""
    got = work.run(probes.gradients_after_zero_grad, plan)
    mine = set(numbers_in(plan, set()))
    want = [None if number in mine else np.array([5.0]) for number in got]
    expect(list(got.values()), equals=want, given={"module": plan, "tensors": list(got)},
           note="the gradients afterwards, where each was [5.] before")


@pytest.mark.parametrize("inputs, options", [((1.5,), {}), ((3, "x"), {"scale": 0.5}), ((), {"deep": True})])
def test_call(work, inputs, options):
    """A call of a module is a call of its forward, with the same arguments and the same result."""
    expect(work.run(probes.call_of_module, *inputs, **options), equals=[list(inputs), options],
           given={"inputs": inputs, "options": options}, note="from a forward that returns what it is given")


@st.composite
def steps(draw):
    """(kind, number) of up to four steps, a tensor and an upstream gradient."""
    kinds = st.sampled_from(["times", "plus"])
    number = st.sampled_from([2.0, -0.5, 3.0, 1.5])
    shape, seed = draw(shapes(max_dims=2)), draw(seeds)
    return draw(st.lists(st.tuples(kinds, number), max_size=4)), values(shape, seed), values(shape, seed + 1)


def check_sequential(work, parts, x, grad, rounds=1):
    """Value and gradients of x through (kind, number) steps that are gone through so often."""
    factors = [np.array(number) for kind, number in parts if kind == "times"]

    def oracle(x, *factors):
        for _ in range(rounds):
            left = iter(factors)
            for kind, number in parts:
                x = x * next(left) if kind == "times" else x + number
        return x * 1.0

    value, gradients = torch_vjp(oracle, x, *factors, grad=grad)
    got_value, got_gradients = work.run(probes.through_sequential, parts, rounds, x, grad)
    given = {"x": x, "modules": parts} | ({"then": "the same modules once more"} if rounds == 2 else {})
    expect(got_value, equals=value, given=given, note="the value of Sequential")
    expect(got_gradients, equals=gradients, given={**given, "grad": grad},
           note="the gradients of x and of each factor")


@given(steps())
def test_sequential(work, case):
    """Sequential: each result is passed on to the next module or function, and gradients come all the way back."""
    check_sequential(work, *case)


def test_sequential_applies_a_module_as_often_as_it_comes(work):
    """Sequential: a module that stands there twice is applied twice, and gets the gradient of both."""
    check_sequential(work, [("times", 2.0), ("plus", 1.5)], values((2, 3), seed=1), values((2, 3), seed=2), rounds=2)


def shares(drawn, bound):
    """Which share of the numbers lies outside of ±bound, and which in each quarter of that interval."""
    edges = np.linspace(-bound, bound, 5) * (1 + 1e-6)  # the bound itself may be rounded up to a float32
    inside, _ = np.histogram(drawn, edges)
    return np.array([drawn.size - inside.sum(), *inside]) / drawn.size


@pytest.mark.parametrize("inputs, outputs", [(900, 300), (25, 2000), (1, 3000)])
def test_linear_starts_uniform(work, inputs, outputs):
    """Linear: weight and bias have their shapes and are float32, uniform within ±1/√in."""
    bound = 1 / np.sqrt(inputs)
    ((weight, bias, listed),) = work.run(probes.new_linear, inputs, outputs, 3)
    given = {"in_features": inputs, "out_features": outputs}
    expect(listed, equals=[(outputs, inputs), (outputs,)], given=given, note="the shapes of parameters()")
    for name, got, shape in [("weight", weight, (outputs, inputs)), ("bias", bias, (outputs,))]:
        # Any values at all: here it is about the shape and the dtype.
        expect(got, equals=np.zeros(shape, np.float32), atol=1e9, given=given,
               note=f"the {name}")
        # A share of a quarter of n draws is off by √(3/16n) on average; six times that happens once in 10⁹ layers.
        expect(shares(got, bound), equals=np.array([0, 0.25, 0.25, 0.25, 0.25]), given=given, rtol=0,
               atol=6 * np.sqrt(3 / 16 / got.size),
               note=f"which share of the {name} lies outside of ±1/√in, and which in each quarter of that interval")

    ((weight, bias, listed),) = work.run(probes.new_linear, inputs, outputs, 3, bias=False)
    expect(bias, equals=None, given={**given, "bias": False}, note="the bias")
    expect(listed, equals=[(outputs, inputs)], given={**given, "bias": False}, note="the shapes of parameters()")


@pytest.mark.parametrize("bias", [True, False])
def test_linear_draws_from_its_generator(work, bias):
    """Linear: the same generator makes the same layer, and another state of it another layer."""
    first, second = work.run(probes.new_linear, 4, 3, 7, count=2, bias=bias)
    (again,) = work.run(probes.new_linear, 4, 3, 7, bias=bias)
    (other,) = work.run(probes.new_linear, 4, 3, 8, bias=bias)
    for which, name in enumerate(["weight", "bias"][:1 + bias]):
        # NaN would equal itself in the next line, and nothing below.
        expect_true(bool(np.isfinite(first[which]).all()), got=first[which], given={"seed": 7}, want="finite numbers",
                    note=f"the {name}")
        expect(again[which], equals=first[which], rtol=0, atol=0, given={"seed": 7},
               note=f"the {name} of a second layer, by a new generator of the same seed")
        for layer, words in [(second, "the next layer by the same generator"), (other, "a layer by another seed")]:
            expect_true(not (layer[which] == first[which]).any(), got=layer[which], given={"seed": 7},
                        want="other numbers than in the first layer", note=f"the {name} of {words}")


@st.composite
def layers(draw):
    """(x, weight, bias, grad, again, replaced) of a layer: any batch axes, none or empty ones too; perhaps no bias."""
    batch, seed = draw(shapes(min_side=0, max_side=3)), draw(seeds)
    again, replaced = draw(st.booleans()), draw(st.booleans())
    inputs = draw(st.integers(1, 4))
    outputs = inputs if again else draw(st.integers(1, 4))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    bias = values((outputs,), seed + 2, dtype=dtype) if draw(st.booleans()) else None
    return (values((*batch, inputs), seed, dtype=dtype), values((outputs, inputs), seed + 1, dtype=dtype), bias,
            values((*batch, outputs), seed + 3, dtype=dtype), again, replaced)


def check_linear(work, x, weight, bias, grad, again=False, replaced=False, **options):
    """Values and gradients of a layer against PyTorch's, and that a second walk through the graph gives the same."""
    arrays = [x, weight] + ([] if bias is None else [bias])

    def oracle(x, *parameters):
        y = torch.nn.functional.linear(x, *parameters)
        return torch.nn.functional.linear(y * 2.0, *parameters) if again else y

    value, gradients = torch_vjp(oracle, *arrays, grad=grad)
    got, first, second, afterwards = work.run(
        probes.through_linear, x, weight, bias, grad, again=again, replaced=replaced)
    given = {"y": "layer(layer(x) * 2)" if again else "layer(x)", "x": x, "weight": weight, "bias": bias}
    given |= {"set as": "layer.weight = Parameter(weight)" if replaced else "layer.weight.data = weight"}
    expect(got, equals=value, given=given, note="the value", **options)
    for place, name in enumerate(("x", "weight", "bias")[:len(arrays)]):
        expect(first[place], equals=gradients[place], given={**given, "grad": grad},
               note=f"the gradient of {name}", **options)
        expect(second[place], equals=gradients[place], given={**given, "grad": grad},
               note=f"the gradient of {name}, in a second walk through the graph", **options)
        expect(afterwards[place], equals=arrays[place], given={**given, "grad": grad}, note=f"{name} afterwards")


@given(layers())
def test_linear(work, case):
    """Linear: the value, and what flows back to x, weight and bias, also where it is used twice, in either dtype."""
    check_linear(work, *case)


def test_linear_keeps_all_digits(work):
    """Linear: float64 is computed in float64, to the last digits."""
    x, weight, bias, grad = (np.abs(values(shape, seed)) + 0.5 + 2.0**-40
                             for seed, shape in enumerate([(3, 2), (2, 2), (2,), (3, 2)]))
    # Sums of a few positive numbers: all that may differ is the rounding of each.
    check_linear(work, x, weight, bias, grad, rtol=1e-14, atol=0.0)
