"""Scales, zero points and eight bits."""
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.compression import probes_quantize as probes
from tests.strategies import seeds, values

DTYPES = ["int8", "uint8"]
LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}
BOTH = pytest.mark.parametrize("dtype", DTYPES)
# Powers of 2: quotients of numbers in eighths are exact, and many of them end in a half.
SCALES = [0.25, 0.5, 1.0, 0.125, 2.0]


def numbers(shape, seed, *, low=-40, high=40, dtype=torch.float32):
    return torch.tensor(values(tuple(shape), seed, low=low, high=high)).to(dtype)


def code(x, scale, zero_point, dtype):
    """One code, by exact fractions. Python rounds a fraction's half to the even integer."""
    low, high = LIMITS[dtype]
    if math.isinf(x):
        return high if x > 0 else low
    return max(low, min(high, round(Fraction(x) / Fraction(scale)) + zero_point))


def each_place(x, axis):
    """Every place of `x` and the number of its channel, which is 0 without an axis."""
    return [(place, place[axis] if axis is not None else 0) for place in np.ndindex(*x.shape)]


def codes_of(x, scale, zero_point, dtype, axis):
    want = torch.empty(x.shape, dtype=getattr(torch, dtype))
    scales, zeros = scale.flatten().tolist(), zero_point.flatten().tolist()
    for place, channel in each_place(x, axis):
        want[place] = code(x[place].item(), scales[channel], zeros[channel], dtype)
    return want


def parameters(seed, dtype, channels=None):
    """A scale and a zero point, 0-d or for each channel."""
    draw = np.random.default_rng(seed)
    shape = () if channels is None else (channels,)
    low, high = LIMITS[dtype]
    return (torch.tensor(draw.choice(SCALES, shape), dtype=torch.float32).reshape(shape),
            torch.tensor(draw.integers(low // 4, high // 4 + 1, shape), dtype=torch.int32).reshape(shape))


def run(work, function, *arguments, **options):
    return work.run(probes.call, function, *arguments, **options)[0]


def check_codes(work, x, scale, zero_point, dtype, axis=None, layout="rows"):
    want = codes_of(x, scale, zero_point, dtype, axis)
    given = {"x": x, "scale": scale, "zero_point": zero_point, "dtype": dtype, "axis": axis}
    expect(run(work, "quantize", x, scale, zero_point, dtype=dtype, axis=axis, layout=layout), equals=want, given=given)


SHAPES = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)


@given(SHAPES, seeds, st.sampled_from(DTYPES))
def test_codes_of_a_tensor(work, shape, seed, dtype):
    """quantize, per tensor: the quotient rounded, a half to the even integer, the zero point added, held within the codes."""
    check_codes(work, numbers(shape, seed), *parameters(seed, dtype), dtype)


@st.composite
def channels(draw):
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple))
    return shape, draw(st.integers(-len(shape), len(shape) - 1)), draw(seeds), draw(st.sampled_from(DTYPES))


@given(channels())
def test_codes_of_channels(work, drawn):
    """quantize, per channel: each place on the axis has its own scale and zero point; a negative axis counts from the end."""
    shape, axis, seed, dtype = drawn
    check_codes(work, numbers(shape, seed), *parameters(seed, dtype, shape[axis]), dtype, axis)


@BOTH
@pytest.mark.parametrize("zero_point", [0, 1, 100])
def test_halves_and_saturation(work, dtype, zero_point):
    """quantize: halves, numbers far outside of the codes, and infinity."""
    scale, zero = torch.tensor(0.5), torch.tensor(zero_point, dtype=torch.int32)
    for x in (torch.arange(-9, 10) / 4,                                             # quotients -4.5, -4, -3.5, ...
              torch.tensor([63.5, 64.0, 63.75, -64.0, -64.25, -64.5, 127.5, 127.75, 128.0, 400.0, -400.0]),
              torch.tensor([1e9, -1e9, 1e12, -1e12, 1e30, -1e30, 3e38, -3e38, math.inf, -math.inf])):
        check_codes(work, x, scale, zero, dtype)


@BOTH
def test_numbers_of_codes(work, dtype):
    """dequantize: scale times (code minus zero point), in float32, for every code, per tensor and per channel."""
    low, high = LIMITS[dtype]
    every = torch.arange(low, high + 1).to(getattr(torch, dtype))
    for seed, zero_point in ((1, low), (2, high), (3, 7)):
        scale, zero = torch.tensor(SCALES[seed]), torch.tensor(zero_point, dtype=torch.int32)
        want = torch.tensor([SCALES[seed] * (each - zero_point) for each in range(low, high + 1)], dtype=torch.float32)
        given = {"q": every, "scale": scale, "zero_point": zero}
        expect(run(work, "dequantize", every, scale, zero), equals=want, given=given)

        q = every[np.random.default_rng(seed).permutation(256)[:12]]
        for shape, axis in (((3, 4), 0), ((3, 4), 1), ((3, 4), -1), ((2, 3, 2), 1)):
            codes = q.reshape(shape)
            scale, zero = parameters(seed, dtype, shape[axis])
            want = torch.empty(shape)
            for place, channel in each_place(codes, axis):
                want[place] = scale[channel].item() * (int(codes[place]) - int(zero[channel]))
            given = {"q": codes, "scale": scale, "zero_point": zero, "axis": axis}
            expect(run(work, "dequantize", codes, scale, zero, axis=axis), equals=want, given=given)


@st.composite
def any_axis(draw, longest=4):
    """A shape, perhaps with an axis of length 0, and one of its axes, or None."""
    shape = draw(st.lists(st.integers(0, longest), min_size=1, max_size=3).map(tuple))
    return shape, draw(st.one_of(st.none(), st.integers(-len(shape), len(shape) - 1)))


@given(any_axis(), seeds, st.sampled_from(["rows", "columns"]))
def test_ranges(work, drawn, seed, layout):
    """ranges: the smallest and the largest number of a tensor or of each channel, and 0 where there is none."""
    shape, axis = drawn
    x = numbers(shape, seed, dtype=torch.float64)
    found = {channel: [] for channel in range(1 if axis is None else shape[axis])}
    for place, channel in each_place(x, axis):
        found[channel].append(x[place].item())
    ends = [torch.tensor([pick(each) if each else 0.0 for each in found.values()], dtype=torch.float64) for pick in (min, max)]
    want = [each[0] for each in ends] if axis is None else ends
    got = run(work, "ranges", x, axis=axis, layout=layout)
    given = {"x": x, "axis": axis}
    expect(got[0], equals=want[0], given=given, note="low")
    expect(got[1], equals=want[1], given=given, note="high")


# Ranges whose scale is a power of 2 times an integer, or far from where the zero point's rounding could tip.
RANGES = [(-1.0, 1.55), (-1.0, 4.1), (0.0, 2.55), (-2.55, 0.0), (2.0, 5.1), (-5.1, -3.0), (0.0, 0.0), (-300.0, 1.0), (-0.3, 900.0),
          (5.0, 5.0), (-5.0, -5.0), (-1e-42, 1e-42), (0.0, 1e-46), (-1e30, 3e30), (-2e38, 3e38), (-6.4, 6.4), (-0.01, 1000.0)]


@BOTH
def test_affine(work, dtype):
    """affine_parameters: the scale and the zero point of ranges, widened to hold 0; a scale of 1 where there is nothing to cover."""
    smallest, largest = LIMITS[dtype]
    scales, zeros = [], []
    for low, high in RANGES:
        low, high = min(low, 0.0), max(high, 0.0)
        scale = np.float32((high - low) / 255)
        scale = scale if scale > 0 else np.float32(1)
        scales.append(float(scale))
        zeros.append(max(smallest, min(largest, round(smallest - Fraction(low) / Fraction(float(scale))))))
    for kind in (torch.float64,):
        low, high = (torch.tensor(each, dtype=kind) for each in zip(*RANGES))
        for places in (slice(None), slice(0, 1), slice(0, 0)):
            got = run(work, "affine_parameters", low[places], high[places], dtype=dtype)
            given = {"low": low[places], "high": high[places], "dtype": dtype}
            # rtol: one rounding of float32, whose numbers lie 1.2e-7 apart; atol: such numbers near 0 lie 1.4e-45 apart.
            expect(got[0], equals=torch.tensor(scales[places], dtype=torch.float32), given=given, note="the scale", rtol=2e-7,
                   atol=1.5e-45)
            expect(got[1], equals=torch.tensor(zeros[places], dtype=torch.int32), given=given, note="the zero point")
    for low, high, scale, zero in [(-1.0, 4.1, 0.02, smallest + 50), (3.0, 5.1, 0.02, smallest)]:
        got = run(work, "affine_parameters", torch.tensor(low), torch.tensor(high), dtype=dtype)
        given = {"low": low, "high": high, "dtype": dtype}
        expect(got[0], equals=torch.tensor(scale), given=given, note="the scale", rtol=1e-6)
        expect(got[1], equals=torch.tensor(zero, dtype=torch.int32), given=given, note="the zero point")


def test_symmetric(work):
    """symmetric_scale: 127 steps reach the larger of the two ends; 1 where both are 0."""
    low, high = (torch.tensor(each, dtype=torch.float64) for each in zip(*RANGES))
    want = [np.float32(max(abs(low), abs(high)) / 127) for low, high in RANGES]
    want = torch.tensor([float(each) if each > 0 else 1.0 for each in want], dtype=torch.float32)
    for places in (slice(None), slice(0, 2), slice(0, 0)):
        expect(run(work, "symmetric_scale", low[places], high[places]), equals=want[places], rtol=2e-7, atol=1.5e-45,
               given={"low": low[places], "high": high[places]})
    for end in (-2.54, 1.27):
        got = run(work, "symmetric_scale", torch.tensor(min(end, -0.5)), torch.tensor(max(end, 0.5)))
        expect(got, equals=torch.tensor(abs(end) / 127), rtol=1e-6, given={"low": min(end, -0.5), "high": max(end, 0.5)})


@settings(max_examples=25)
@given(any_axis(5), seeds, st.sampled_from([*DTYPES, "symmetric"]),
       st.sampled_from(["both signs", "positive", "constant", "zeros", "far from 0"]))
def test_half_a_step(work, drawn, seed, kind, form):
    """There and back with your own parameters: at most half a step off, 0 exact, also for constant and empty tensors."""
    shape, axis = drawn
    draw = np.random.default_rng(seed)
    row = {"both signs": draw.normal(0.1, 1.0, shape), "positive": draw.exponential(1.0, shape), "constant": np.full(shape, -1.7),
           "zeros": np.zeros(shape), "far from 0": draw.normal(50.0, 0.1, shape)}[form]
    row = np.where(draw.random(shape) < 0.2, 0.0, row) if form in ("both signs", "positive") else row
    x = torch.tensor(row).float()

    dtype, symmetric = ("int8", True) if kind == "symmetric" else (kind, False)
    scale, zero_point, codes, back = work.run(probes.there_and_back, x, dtype=dtype, symmetric=symmetric, axis=axis)
    given = {"x": x, "codes": kind, "axis": axis}
    expect(list(back.shape), equals=list(shape), given=given, note="the shape, there and back")
    steps = torch.ones(shape, dtype=torch.float64)
    for place, channel in each_place(x, axis):
        steps[place] = scale.flatten()[channel].double()
    # Beside half a step: quotient, product and scale are rounded in float32, a few times 6e-8 of at most 255 steps.
    off = ((back.double() - x.double()).abs() / steps).flatten().tolist()
    worst = max(off, default=0.0)
    expect_true(worst <= 0.5 + 1e-4, got=worst, want="at most half a step", given=given, note="how many steps it is off")
    expect(back[x == 0], equals=x[x == 0], given=given, note="what 0 has become")
    if symmetric and codes.numel():
        expect_true(int(codes.min()) >= -127, got=int(codes.min()), want="-127 or more", given=given, note="the smallest code")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_precision_and_layouts(work, dtype):
    """quantize: the quotient has the precision of float32 at least, and of float64 where x has; in any layout; nothing is changed."""
    kind = getattr(torch, dtype)
    for seed in (1, 2):
        x = numbers((3, 4), seed, dtype=kind)
        scale, zero = parameters(seed, "int8", 4)
        for layout in ("rows", "columns", "gaps"):
            check_codes(work, x, scale, zero, "int8", -1, layout)
            check_codes(work, x, scale[0], zero[0], "uint8" if zero[0] >= 0 else "int8", None, layout)
        _, after = work.run(probes.call, "quantize", x, scale, zero, dtype="int8", axis=-1)
        expect(after, equals=[x, scale, zero], given={"x": x, "scale": scale, "zero_point": zero}, note="the arguments afterwards")
    # Just above and below a half, by a part that the next smaller dtype does not have.
    zero = torch.tensor(0, dtype=torch.int32)
    step = {"float16": 2.0**-3, "float32": 2.0**-14, "float64": 2.0**-40}[dtype]
    for side in (-step, step):
        check_codes(work, torch.tensor([each + side for each in (50.25, -50.25, 25.75)], dtype=kind), torch.tensor(0.5), zero, "int8")
    if dtype == "float16":  # between 64 and 128 it has every sixteenth only: a quotient near a half would become one
        scale = torch.tensor(0.9)
        x = torch.arange(64, 110, 1 / 16).half()
        parts = x.double() / scale.double() % 1 - 0.5
        check_codes(work, x[(parts.abs() > 1e-3) & (parts.abs() < 0.04)], scale, zero, "int8")
    for shape in ((0,), (2, 0), (0, 3)):
        x = torch.zeros(shape, dtype=kind)
        for axis in (None, 0):
            scale, zero = parameters(3, "int8", None if axis is None else shape[0])
            check_codes(work, x, scale, zero, "int8", axis)


@supporting
@pytest.mark.parametrize("low, high", [(1.0, 0.5), (math.nan, 1.0), (0.0, math.nan), (-math.inf, 0.0), (0.0, math.inf), (0.0, 1e300)])
def test_refuses_ranges(work, low, high):
    """ValueError: for a range whose ends are in the wrong order, NaN, infinite, or too far apart for a scale in float32."""
    low, high = torch.tensor([0.0, low], dtype=torch.float64), torch.tensor([1.0, high], dtype=torch.float64)
    for function in ("affine_parameters", "symmetric_scale"):
        with expect_raises(ValueError, given={"function": function, "low": low, "high": high}):
            run(work, function, low, high)


ONE, ZERO = torch.tensor(1.0), torch.tensor(0, dtype=torch.int32)
TWO = torch.ones(2), torch.zeros(2, dtype=torch.int32)
REFUSED = {"scale": [(torch.tensor(each), ZERO, None, "int8") for each in (0.0, -1.0, math.inf, math.nan)],
           "zero point": [(ONE, ZERO + each, None, "int8") for each in (128, -129)] +
                         [(ONE, ZERO + each, None, "uint8") for each in (-1, 256)],
           "shapes": [(*TWO, None, "int8"), (*TWO, 1, "int8"), (ONE, ZERO, 0, "int8"), (ONE[None], ZERO[None], 0, "int8"),
                      (*TWO, 2, "int8"), (*TWO, -3, "int8")],
           "NaN": [(ONE, ZERO, None, "int8")]}


@supporting
@pytest.mark.parametrize("what", list(REFUSED))
def test_refuses(work, what):
    """ValueError: for scales and zero points that are none, shapes and axes that do not fit, and NaN."""
    x = torch.ones(2, 3)
    x[1, 1] = math.nan if what == "NaN" else 2.0
    for scale, zero_point, axis, dtype in REFUSED[what]:
        with expect_raises(ValueError, given={"x": x, "scale": scale, "zero_point": zero_point, "axis": axis, "dtype": dtype}):
            run(work, "quantize", x, scale, zero_point, dtype=dtype, axis=axis)
    if what == "shapes":
        codes = torch.ones(2, 3, dtype=torch.int8)
        for scale, zero_point, axis, _ in REFUSED[what]:
            with expect_raises(ValueError, given={"q": codes, "scale": scale, "zero_point": zero_point, "axis": axis}):
                run(work, "dequantize", codes, scale, zero_point, axis=axis)
        for axis in (2, -3):
            with expect_raises(ValueError, given={"x": x, "axis": axis}):
                run(work, "ranges", x, axis=axis)
