"""What learners get wrong in `quantize`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Codes ───────────────────────────────────────────────────────────────────────────────────────────────────────

CODES = "(wide / scale).round() + zero_point"
CAST = "codes.clamp(smallest, largest).to(dtype)"

mistake("quantize", """Your quantize rounds after the zero point is added. A half goes to the even integer, and adding an odd number
    makes even integers odd: 0.5 has the code 0 + 1, and 1.5 rounded is 2. Round the quotient, then add.""",
        name="rounds_the_sum", replace=CODES, by="(wide / scale + zero_point).round()")

mistake("quantize", """Your quantize cuts off what is behind the point, towards 0. Then it is off by up to a whole step, and for
    negative numbers in the other direction: round to the nearest.""", name="truncates", replace=CODES,
        by="(wide / scale).trunc() + zero_point",
        forms=[{"replace": CODES, "by": "torch.div(wide, scale, rounding_mode='trunc') + zero_point"}])

mistake("quantize", """Your quantize rounds down. Then it is off by up to a whole step, and always in one direction, which adds up in
    sums: round to the nearest.""", name="floors", replace=CODES, by="(wide / scale).floor() + zero_point",
        forms=[{"replace": CODES, "by": "wide // scale + zero_point"}])

mistake("quantize", """Your quantize rounds a half up. The contract has it go to the even integer, as in `torch.round`: 0.5 to 0, 1.5 and
    2.5 to 2.""", name="rounds_half_up", replace=CODES, by="(wide / scale + 0.5).floor() + zero_point")

mistake("quantize", """Your quantize rounds a half away from 0. The contract has it go to the even integer, as in `torch.round`: 0.5 to
    0, 1.5 and 2.5 to 2.""", name="rounds_half_away", replace=CODES,
        by="wide.sign() * ((wide / scale).abs() + 0.5).floor() + zero_point")

mistake("quantize", """Your quantize does not hold codes within the limits of the dtype. The cast keeps the last eight bits, so that 300
    becomes 44 and the largest number of all comes back as a small one: clamp first.""", name="wraps_around", replace=CAST,
        by="codes.long().to(dtype)",
        forms=[{"replace": CAST, "by": "codes.int().to(dtype)"}])

mistake("quantize", """Your quantize makes an integer before it clamps. Infinity and what is larger than any integer of that many bits
    have then lost their value, and mostly their sign: clamp first, then cast.""", name="casts_before_clamp", replace=CAST,
        by="codes.int().clamp(smallest, largest).to(dtype)",
        forms=[{"replace": CAST, "by": "codes.long().clamp(smallest, largest).to(dtype)"}])

mistake("quantize", """Your quantize clamps before the zero point is added. The sum is then outside of the codes again, or not all of
    the codes are used: the limits are those of the sum.""", name="clamps_before_adding", replace=CODES,
        by="(wide / scale).round().clamp(smallest, largest) + zero_point")

mistake("quantize", """Your quantize has the limits of int8 for uint8 too. Its codes go from 0 to 255.""", name="one_pair_of_limits",
        replace="smallest, largest = LIMITS[dtype]", by="smallest, largest = LIMITS[torch.int8]")

mistake("quantize", """Your quantize leaves out the code -128. It is one of int8, and only `symmetric_scale` stays within ±127, by the choice
    of its scale.""", name="leaves_out_the_last_code", replace="codes.clamp(smallest, largest)",
        by="codes.clamp(max(smallest, -127), largest)")

mistake("quantize", """Your quantize takes the zero point off. It is added on the way to a code, and taken off on the way back.""",
        name="subtracts_the_zero_point", replace=CODES, by="(wide / scale).round() - zero_point")

mistake("quantize", """Your quantize multiplies by the scale. A scale is the length of a step: how many of them a number is, is a
    quotient.""", name="multiplies_by_the_scale", replace=CODES, by="(wide * scale).round() + zero_point")

mistake("quantize", """Your quantize rounds a quotient in half precision, which between 64 and 128 has only every sixteenth. What was just
    below a half is a half, or past it: divide in float32.""", name="divides_in_half_precision",
        replace="wide = x.double() if x.dtype == torch.float64 else x.float()", by="wide = x; scale = scale.to(x.dtype)")

mistake("quantize", """Your quantize rounds numbers of float64 to float32 before it divides. What was just below a half is a half then. Divide in
    the wider of the two dtypes.""", name="always_float32",
        replace="wide = x.double() if x.dtype == torch.float64 else x.float()", by="wide = x.float()")

mistake("quantize", """Your quantize gives NaN a code. Cast to an integer, NaN is whatever the processor makes of it: refuse it.""",
        name="takes_nan", replace="if x.isnan().any():", by="if False:")

mistake("quantize", """Your quantize does not ask whether the scale is above 0. A scale of 0 makes infinities of all numbers, and a
    negative one turns them round.""", name="takes_any_scale", replace="if not ((scale > 0) & scale.isfinite()).all():", by="if False:",
        forms=[{"replace": "if not ((scale > 0) & scale.isfinite()).all():", "by": "if (scale <= 0).any():"}])

mistake("quantize", """Your quantize accepts a zero point that is no code of the dtype. 0 could not be stored then.""",
        name="takes_any_zero_point", replace="if not ((smallest <= zero_point) & (zero_point <= largest)).all():", by="if False:")

# ── Along an axis ───────────────────────────────────────────────────────────────────────────────────────────────

SHAPE = "shape[axis] = -1 if x.shape[axis] else 0"

mistake("quantize.along", """Your parameters of channels are broadcast along the last axis, whichever is asked for. Give them the length 1 on
    all axes but their own: (channels, 1) for the first of two.""", name="last_axis_only",
        replace="return parameter.reshape(shape)", by="return parameter",
        forms=[{"replace": SHAPE, "by": "shape[-1] = -1 if x.shape[axis] else 0"}])

mistake("quantize.along", """Your parameters of channels go along the first axis, whichever is asked for.""", name="first_axis_only",
        replace=SHAPE, by="shape[0] = -1 if x.shape[axis] else 0")

mistake("quantize.along", """Your quantize takes parameters of any shape that broadcasts, such as one scale where the axis has several
    places. That is mostly an axis that was mistaken for another: refuse it.""", name="takes_what_broadcasts",
        replace="if axis is None or not -x.ndim <= axis < x.ndim or parameter.shape != x.shape[axis:][:1]:",
        by="if axis is None or not -x.ndim <= axis < x.ndim or parameter.numel() not in (1, x.shape[axis]):")

# ── The way back ────────────────────────────────────────────────────────────────────────────────────────────────

BACK = "(q.int() - along(zero_point, q, axis)).float() * along(scale, q, axis)"

mistake("quantize.dequantize", """Your dequantize takes the difference in eight bits. It needs nine: in int8, -128 - 100 is 28, and in uint8
    3 - 5 is 254. Make the codes wider first.""", name="subtracts_in_eight_bits", replace=BACK,
        by="(q - along(zero_point, q, axis).to(q.dtype)).float() * along(scale, q, axis)")

mistake("quantize.dequantize", """Your dequantize multiplies by the scale and then takes the zero point off. The zero point counts steps: it is
    taken off the code, before the product.""", name="scales_before_subtracting", replace=BACK,
        by="q.float() * along(scale, q, axis) - along(zero_point, q, axis)")

mistake("quantize.dequantize", """Your dequantize adds the zero point. It was added on the way to a code, and is taken off on the way back.""",
        name="adds_the_zero_point", replace="q.int() - along", by="q.int() + along")

mistake("quantize.dequantize", """Your dequantize leaves the zero point out.""", name="forgets_the_zero_point", replace=BACK,
        by="q.float() * along(scale, q, axis)")

# ── Parameters ──────────────────────────────────────────────────────────────────────────────────────────────────

STEP = "(high - low) / (largest - smallest)"
POINT = "(smallest - low / scale.double()).round().clamp(smallest, largest)"

mistake("quantize.affine_parameters", """Your affine_parameters does not widen a range until it holds 0. Then 0 has no code of its own, and
    every padding and every relu's zero is off.""", name="does_not_widen",
        replace="low, high = low.clamp(max=0), high.clamp(min=0)", by="pass",
        forms=[{"replace": "low, high = low.clamp(max=0), high.clamp(min=0)", "by": "high = high.clamp(min=0)"},
               {"replace": "low, high = low.clamp(max=0), high.clamp(min=0)", "by": "low = low.clamp(max=0)"}])

mistake("quantize.affine_parameters", """Your affine_parameters divides the range by 256. There are 256 codes, and 255 steps from the first to
    the last.""", name="divides_by_256", replace=STEP, by="(high - low) / (largest - smallest + 1)")

mistake("quantize.affine_parameters", """Your affine_parameters does not see that low is above high: it does not ask, or only after both were widened. Then low is
    at most 0 and high is at least 0, in whatever order they came.""", name="asks_for_the_order_too_late",
        replace="(low <= high)).all():", by="(low.clamp(max=0) <= high.clamp(min=0))).all():")

mistake("quantize.affine_parameters", """Your affine_parameters has the zero point of uint8 for int8 too. The lower end of the range gets the smallest
    code, and that is -128 there.""", name="zero_point_of_uint8", replace=POINT,
        by="(-low / scale.double()).round().clamp(smallest, largest)")

mistake("quantize.affine_parameters", """Your affine_parameters adds the lower end instead of taking it off. It is at most 0, and the code of 0 lies
    above that of the lower end by -low / scale steps.""", name="wrong_sign_of_low", replace=POINT,
        by="(smallest + low / scale.double()).round().clamp(smallest, largest)")

mistake("quantize.affine_parameters", """Your affine_parameters cuts the zero point off instead of rounding it. Then one end of the range is off by up
    to a whole step.""", name="truncates_the_zero_point", replace=POINT,
        by="(smallest - low / scale.double()).trunc().clamp(smallest, largest)",
        forms=[{"replace": POINT, "by": "(smallest - low / scale.double()).floor().clamp(smallest, largest)"},
               {"replace": POINT, "by": "(smallest - low / scale.double()).int().clamp(smallest, largest)"}])

mistake("quantize.affine_parameters", """Your affine_parameters computes the zero point with a scale in float64 that is not the one that it returns. In float32 the scale is
    rounded, and codes are made and read with that one: where low / scale is near a half, the zero point is another.""",
        name="zero_point_of_another_scale", replace=POINT,
        by=POINT.replace("scale.double()", f"torch.where(({STEP}).float() == 0, 1.0, {STEP})"))

mistake("quantize.affine_parameters", """Your affine_parameters computes in float32. The difference of two large ends is infinite there, though the scale is
    an ordinary number.""", name="ranges_in_float32", replace="low, high = low.double(), high.double()",
        by="low, high = low.float(), high.float()")

mistake("quantize.positive_scale", """Your scale is 0 where the range is: then every quotient is NaN or infinite. A tensor of zeros has the scale
    1.""", name="scale_of_zero", replace="return torch.where(scale == 0, 1.0, scale)", by="return scale")

mistake("quantize.positive_scale", """Your scale has a smallest value, such as a tiny epsilon, instead of being 1 where it is 0 in float32. Ranges of
    tiny numbers are coarser with it than the contract has it, and a range of 0 has another scale.""", name="scale_with_epsilon",
        replace="return torch.where(scale == 0, 1.0, scale)", by="return scale.clamp(min=torch.finfo(torch.float32).eps)",
        forms=[{"replace": "return torch.where(scale == 0, 1.0, scale)", "by": "return scale.clamp(min=1e-8)"}])

mistake("quantize.symmetric_scale", """Your symmetric_scale divides by 128 or by half of 255. The codes -127 to 127 cover the range, so the larger end is
    127 steps from 0.""", name="divides_by_128", replace="/ 127)", by="/ 128)",
        forms=[{"replace": "/ 127)", "by": "/ 127.5)"}])

mistake("quantize.symmetric_scale", """Your symmetric_scale looks at one end only. The larger one of both, without its sign, is what 127 steps have to
    reach.""", name="looks_at_one_end", replace="torch.maximum(low.abs(), high.abs())", by="high.abs()",
        forms=[{"replace": "torch.maximum(low.abs(), high.abs())", "by": "low.abs()"}])

mistake("quantize.symmetric_scale", """Your symmetric_scale spreads the codes from one end to the other, and not around 0. Its zero point is 0, so 127
    steps have to reach the end that is further away.""", name="spreads_over_the_range", replace="torch.maximum(low.abs(), high.abs()) / 127",
        by="(high - low) / 255",
        forms=[{"replace": "torch.maximum(low.abs(), high.abs()) / 127", "by": "(high - low) / 254"}])

# ── Ranges ──────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize.ranges", """Your ranges looks along the axis, and so has a number for each place on the others. A channel is a place on the
    axis: it is all *other* axes that are looked through.""", name="looks_along_the_axis",
        replace="rows = x.movedim(axis, 0)                                       # (channels, ...)",
        by="rows = x.movedim(axis, -1)",
        forms=[{"replace": "if axis is None:", "by": "if axis is not None and x.ndim == 2:\n        rows = x.movedim(axis, 1)\n    elif axis is None:"}])

mistake("quantize.ranges", """Your ranges makes rows of `x` by a reshape alone. That keeps the order in memory, so a row is a channel only along the first axis;
    along another one numbers of several channels get into a row: `movedim(axis, 0)` first.""", name="reshapes_without_moving",
        replace="rows = rows.reshape(", by="rows = x.reshape(")

mistake("quantize.ranges", """Your ranges fails where a tensor or a channel has no numbers: there is no smallest of none. Both ends are 0
    there.""", name="fails_for_empty", replace="if rows.shape[1] == 0:", by="if False:")
