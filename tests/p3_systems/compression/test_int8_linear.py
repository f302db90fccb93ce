"""A linear layer that computes in integers."""
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.compression import probes_int8_linear as probes
from tests.strategies import seeds

LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}
BOTH = pytest.mark.parametrize("dtype", ["uint8", "int8"])


def right_pair(multiplier):
    """m and r, by exact fractions. Python rounds a fraction's half to the even integer."""
    r = 0
    while Fraction(multiplier) * 2**r < 2**30:
        r += 1
    m = round(Fraction(multiplier) * 2**r)
    return (m, r) if m < 2**31 else (2**30, r - 1)


@pytest.mark.parametrize("multiplier", [1 - 2.0**-53, 1 - 2.0**-33, 0.25 - 2.0**-55, 2.0**-10 * (1 - 2.0**-40)])
def test_just_below_a_power_of_2(work, multiplier):
    """fixed_point: where rounding reaches 2**31, m is 2**30."""
    expect(work.fixed_point(multiplier), equals=right_pair(multiplier), given={"multiplier": multiplier})


@given(st.floats(2.0**-30, 0.99))
@example(0.5)
@example(2.0**-30)
@example(2.0**-30 * (1 + 2.0**-31))
@example(2.0**-5 * (1 + 3 * 2.0**-31))
def test_fixed_point(work, multiplier):
    """fixed_point: an integer of 31 bits and a shift, as near to the multiplier as can be."""
    expect(work.fixed_point(multiplier), equals=right_pair(multiplier), given={"multiplier": multiplier})


def right_code(accumulator, multiplier, zero_point, dtype):
    """One code, with Python's integers, which have no end."""
    m, r = right_pair(multiplier)
    low, high = LIMITS[dtype]
    return max(low, min(high, math.floor(Fraction(accumulator * m, 2**r) + Fraction(1, 2)) + zero_point))


def check_requantize(work, accumulators, multipliers, zero_point, dtype):
    rows = [[right_code(each, multiplier, zero_point, dtype) for each, multiplier in zip(row, multipliers)] for row in accumulators]
    want = torch.tensor(rows).to(getattr(torch, dtype))
    argument = torch.tensor(accumulators, dtype=torch.int32)
    for given_argument, right in ((argument, want), (argument[0], want[0]), (argument[None], want[None])):
        given = {"accumulators": given_argument, "multipliers": multipliers, "zero_point": zero_point, "dtype": dtype}
        got, after = work.run(probes.requantized, given_argument, multipliers, zero_point, dtype)
        expect(got, equals=right, given=given)
        expect(after, equals=given_argument, given=given, note="the accumulators afterwards")


@settings(max_examples=25)
@given(seeds, st.integers(1, 3), st.sampled_from(["uint8", "int8"]))
def test_requantize(work, seed, outputs, dtype):
    """requantize: accumulator times multiplier, rounded, the zero point added, held within the codes; each output has its own."""
    draw = np.random.default_rng(seed)
    multipliers = [float(each) for each in draw.uniform(0.001, 0.9, outputs)]
    accumulators = [[int(draw.integers(-150, 300) / each) for each in multipliers] for _ in range(3)]
    check_requantize(work, accumulators, multipliers, int(draw.integers(0, 100)), dtype)


@BOTH
def test_requantize_halves(work, dtype):
    """requantize: a half is rounded up, also below 0, and before the zero point is added."""
    for zero_point in (0, 1, 50):
        check_requantize(work, [[k, k + 1] for k in range(-14, 15, 2)], [0.25, 0.5], zero_point, dtype)
        check_requantize(work, [[k] for k in range(-9, 10)], [0.5], zero_point, dtype)


@BOTH
def test_requantize_large(work, dtype):
    """requantize: any accumulator of int32 and any multiplier, exactly: the product has 62 bits."""
    ends = [2**31 - 1, -2**31, 2**24 + 1, -(2**24) - 1, 0, 1, -1]
    for multipliers in ([2.0**-30, 1 - 2.0**-40, 2.0**-24], [2.0**-24 * 1.5, 2.0**-24, 2.0**-23 * 1.01]):
        check_requantize(work, [[each] * 3 for each in ends], multipliers, 3, dtype)
    # A half that float32 cannot tell from its neighbours, and products that lie 53, 7 and 2 parts in 2**53 below a half.
    check_requantize(work, [[2**30 + 2**23], [2**30 + 2**23 - 1], [2**30 + 2**23 + 1], [-(2**30) - 2**23]], [2.0**-24], 0, dtype)
    below = {1_076_607_495: 849_177_373, 1_081_232_227: 853_875_699, 1_080_544_057: 862_755_310}
    check_requantize(work, [list(below.values())], [m / 2**53 for m in below], 0, dtype)


def layer(seed, outputs, inputs, *, bias=True, dtype="uint8"):
    """[weight, bias, scale, zero point, dtype]: a layer whose weights come in several sizes."""
    draw = np.random.default_rng(seed)
    low, high = LIMITS[dtype]
    weight = torch.tensor(draw.normal(0, 1, (outputs, inputs)) * 4.0 ** draw.integers(-3, 2, (outputs, 1))).float()
    offset = torch.tensor(draw.normal(0, 1, outputs)).float() if bias else None
    return [weight, offset, float(np.float32(draw.uniform(0.01, 0.1))), int(draw.integers(low, high + 1)), dtype]


def right_buffers(weight, bias, scale, zero_point):
    """By loops, in Python's numbers."""
    codes, scales, folded = [], [], []
    for number, row in enumerate(weight.double().tolist()):
        step = np.float32(max((abs(each) for each in row), default=0.0) / 127)
        step = float(step) if step > 0 else 1.0
        codes.append([round(float(np.float32(each) / np.float32(step))) for each in row])
        units = 0 if bias is None else max(-2**30, min(2**30, round(float(bias[number]) / (scale * step))))
        scales.append(step)
        folded.append(units - zero_point * sum(codes[-1]))
    return (torch.tensor(codes, dtype=torch.int8).reshape(weight.shape), torch.tensor(scales, dtype=torch.float32),
            torch.tensor(folded, dtype=torch.int32))


def shown(made):
    return dict(zip(("weight", "bias", "scale", "zero_point", "dtype"), made))


def check_buffers(work, made, names=("weight", "weight_scale", "bias")):
    want = dict(zip(("weight", "weight_scale", "bias"), right_buffers(*made[:4])))
    state, parameters, kept, after = work.run(probes.buffers, *made)
    expect(sorted(state), equals=sorted(want), given=shown(made), note="the keys of the state_dict")
    for name in names:
        # A scale may be off by a rounding of float32.
        expect(state[name], equals=want[name], given=shown(made), note=name, **({"rtol": 2e-7} if name == "weight_scale" else {}))
    expect(parameters, equals=[], given=shown(made), note="the Parameters of the layer")
    expect(kept, equals=[made[2], made[3]], given=shown(made), note="its scale and zero_point")
    expect([each for each in after if each is not None], equals=[each for each in made[:2] if each is not None], given=shown(made),
           note="weight and bias of the float layer, afterwards")


@given(seeds, st.integers(1, 4), st.integers(1, 6), st.sampled_from(["uint8", "int8"]))
def test_weights(work, seed, outputs, inputs, dtype):
    """The layer's weights: codes of int8 and a scale for each output, in buffers."""
    made = layer(seed, outputs, inputs, dtype=dtype)
    check_buffers(work, made, ("weight", "weight_scale"))


@settings(max_examples=30)
@given(seeds, st.integers(1, 4), st.integers(1, 6), st.booleans(), st.sampled_from(["uint8", "int8"]))
def test_folded_bias(work, seed, outputs, inputs, bias, dtype):
    """The layer's bias: in units of both scales, rounded, less the zero point times the row's codes; and without a bias."""
    made = layer(seed, outputs, inputs, bias=bias, dtype=dtype)
    check_buffers(work, made)


def test_unusual_layers(work):
    """Rows of zeros, a bias far too large for its scale, halves, no inputs, 2000 inputs; Parameters lead to no gradient."""
    half = [torch.tensor([[127.0, 1.0], [-127.0, 2.5]]), torch.tensor([1.25, -1.75]), 0.5, 3, "uint8"]  # 2.5 and -3.5 units
    zeros = [torch.tensor([[0.0, 0.0], [1.0, -2.0]]), torch.tensor([0.3, -0.3]), 0.125, 100, "uint8"]
    large = [torch.tensor([[1e-20, -1e-20], [1e-12, 0.0]]), torch.tensor([1.0, -1e6]), 0.01, 7, "int8"]
    many = layer(5, 2, 2000)
    many[3] = 255
    many[0] = many[0].abs()
    for made in (half, zeros, large, many, [torch.zeros(2, 0), torch.tensor([0.5, -0.25]), 0.25, 9, "uint8"]):
        check_buffers(work, made)
    made = layer(6, 3, 4)
    gradients, state = work.run(probes.with_parameters, *made)
    expect(gradients, equals=[False] * 3, given=shown(made), note="whether a buffer needs a gradient")
    for name, want in zip(("weight", "weight_scale", "bias"), right_buffers(*made[:4])):
        expect(state[name], equals=want, given=shown(made), note=name, **({"rtol": 2e-7} if name == "weight_scale" else {}))


def check_accumulators(work, codes, made, layout="rows", with_codes=None):
    weight, folded = with_codes or right_buffers(*made[:4])[::2]
    rows = codes.reshape(-1, codes.shape[-1]).numpy().astype(object)      # Python's integers: no end, no rounding
    sums = rows @ weight.numpy().astype(object).T + folded.numpy().astype(object)
    want = torch.tensor([[int(each) for each in row] for row in sums.reshape(len(rows), -1)], dtype=torch.int32)
    got, after = work.run(probes.accumulated, codes, *made, with_codes=with_codes, layout=layout)
    given = {"codes": codes, "weight": weight, "bias": folded}
    expect(got, equals=want.reshape(*codes.shape[:-1], len(weight)), given=given)
    expect(after, equals=codes, given=given, note="the codes afterwards")


def drawn_codes(seed, shape, dtype):
    low, high = LIMITS[dtype]
    return torch.tensor(np.random.default_rng(seed).integers(low, high + 1, shape)).to(getattr(torch, dtype))


@given(seeds, st.lists(st.integers(1, 3), max_size=2).map(tuple), st.integers(1, 4), st.integers(1, 6), st.sampled_from(["uint8", "int8"]))
def test_accumulators(work, seed, batch, outputs, inputs, dtype):
    """accumulate: the sum of the products of codes, and the folded bias, in int32, for any axes before the last."""
    made = layer(seed, outputs, inputs, dtype=dtype)
    codes = drawn_codes(seed, (*batch, inputs), dtype)
    check_accumulators(work, codes, made, "columns" if len(batch) == 2 else "rows")


@BOTH
def test_large_sums(work, dtype):
    """accumulate: sums of 1,000 and more products are exact, where float32 and 16 bits are not."""
    low, high = LIMITS[dtype]
    for inputs, outputs in ((1000, 2), (3001, 1)):
        made = layer(7, outputs, inputs, dtype=dtype)
        weight = torch.full((outputs, inputs), 127, dtype=torch.int8)
        weight[:, ::7] = 126
        codes = torch.full((2, inputs), high, dtype=torch.int32)
        codes[1] = low
        codes[:, ::5] -= -1 if low < 0 else 0
        codes = codes.clamp(low, high).to(getattr(torch, dtype))
        codes[0, 3] = high - 1
        check_accumulators(work, codes, made, with_codes=(weight, torch.tensor([12_345, -2**29][:outputs], dtype=torch.int32)))


@settings(max_examples=25)
@given(seeds, st.lists(st.integers(1, 3), max_size=2).map(tuple), st.integers(1, 3), st.integers(1, 6), st.sampled_from(["uint8", "int8"]))
def test_forward(work, seed, batch, outputs, inputs, dtype):
    """forward: the outputs in float32, as the integers say them; inputs outside of the codes saturate; saved and loaded too."""
    made = layer(seed, outputs, inputs, dtype=dtype)
    weight, weight_scale, folded = (each.numpy() for each in right_buffers(*made[:4]))
    low, high = LIMITS[dtype]
    draw = np.random.default_rng(seed + 1)
    # Inputs within a third of a step of a number that has a code, or beyond all codes: the rounding is not in question.
    codes = draw.integers(low - 20, high + 21, (*batch, inputs))
    x = torch.tensor(made[2] * (codes - made[3] + draw.uniform(-0.3, 0.3, codes.shape))).float()
    sums = np.clip(codes, low, high) @ weight.astype(np.int64).T + folded
    want = torch.tensor(sums * (made[2] * weight_scale.astype(np.float64))).float()
    first, second, after = work.run(probes.outputs, x, *made)
    given = {"x": x} | shown(made)
    # Two products in float32: 1e-6 of an output.
    expect(first, equals=want, given=given, rtol=1e-6, atol=1e-12)
    expect(second, equals=want, given=given, rtol=1e-6, atol=1e-12, note="from a second layer that has loaded the state_dict")
    expect(after, equals=x, given=given, note="x afterwards")
    double, _, _ = work.run(probes.outputs, x.double(), *made)
    expect(double, equals=want, given=given | {"x": x.double()}, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_near_the_float_layer(work, bias):
    """forward: within what the two quantisations can change of the float layer's outputs."""
    for seed, dtype in ((8, "uint8"), (9, "int8")):
        made = layer(seed, 5, 64, bias=bias, dtype=dtype)
        weight, offset, scale, zero_point, _ = made
        low, high = LIMITS[dtype]
        draw = np.random.default_rng(seed)
        x = torch.tensor(draw.uniform(scale * (low - zero_point), scale * (high - zero_point), (6, 64))).float()
        want = torch.nn.functional.linear(x.double(), weight.double(), None if offset is None else offset.double())
        # Half a step of each input times its weight, half a step of each weight times its (quantised) input, half a unit of bias.
        steps = weight.double().abs().amax(dim=1) / 127
        bound = (scale / 2 * weight.double().abs().sum(dim=1) + steps / 2 * (x.double().abs() + scale / 2).sum(dim=1, keepdim=True)
                 + scale * steps / 2) * (1 + 1e-5)
        first, *_ = work.run(probes.outputs, x, *made)
        worst = float(((first.double() - want).abs() / bound).max())
        given = {"x": "uniform over what the codes cover", "inputs": 64, "scale": scale, "zero_point": zero_point, "dtype": dtype}
        expect_true(worst <= 1, got=worst, want="at most 1", given=given,
                    note="the largest error, in units of what half a step of each number can make")
        expect_true(float(first.double().sub(want).norm() / want.norm()) < 0.05, want="less than 0.05", given=given,
                    got=float(first.double().sub(want).norm() / want.norm()), note="the relative error of all outputs together")


@supporting
def test_refuses(work):
    """ValueError: for multipliers and scales that are none, too many inputs, and multipliers that do not fit."""
    for multiplier in (0.0, 2.0**-31, 1.0, 1.5, -0.5, math.nan, math.inf):
        with expect_raises(ValueError, given={"multiplier": multiplier}):
            work.fixed_point(multiplier)
    for multipliers in ([0.5], [0.5] * 3):
        with expect_raises(ValueError, given={"outputs": 2, "multipliers": multipliers}):
            work.run(probes.requantized, torch.ones(3, 2, dtype=torch.int32), multipliers, 0, "int8")
    for scale in (0.0, -1.0, math.inf, math.nan):
        with expect_raises(ValueError, given={"scale": scale}):
            work.run(probes.buffers, torch.ones(2, 3), None, scale, 0, "uint8")
    with expect_raises(ValueError, given={"inputs": 2**15 + 1}):
        work.run(probes.buffers, torch.ones(1, 2**15 + 1), None, 1.0, 0, "uint8")
    check_buffers(work, [torch.ones(1, 2**15), None, 1.0, 255, "uint8"], ("bias",))
