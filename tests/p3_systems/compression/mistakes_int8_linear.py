"""What learners get wrong in `int8_linear`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── A multiplier of integers ────────────────────────────────────────────────────────────────────────────────────

PAIR = "m, r = round(fraction * 2**31), 31 - exponent"
LAST = "return (m, r) if m < 2**31 else (2**30, r - 1)"

mistake("int8_linear.fixed_point", """Your fixed_point cuts off what is behind the point of m. It is the nearest integer.""",
        name="truncates_m", replace=PAIR, by="m, r = int(fraction * 2**31), 31 - exponent",
        forms=[{"replace": PAIR, "by": "m, r = math.floor(fraction * 2**31), 31 - exponent"}])

mistake("int8_linear.fixed_point", """Your fixed_point gives m = 2**31 where rounding reaches it. That does not fit in 31 bits: it is 2**30, with a shift
    that is smaller by one.""", name="m_of_32_bits", replace=LAST, by="return m, r")

mistake("int8_linear.fixed_point", """Your fixed_point has one shift for all multipliers, 31. A small multiplier has then only a few digits in m: choose the
    shift so that m has all of its 31 bits.""", name="one_shift", replace=PAIR, by="return round(multiplier * 2**31), 31")

mistake("int8_linear.fixed_point", """Your fixed_point has an m of another number of bits. It is from 2**30 on and below 2**31.""", name="other_bits",
        replace=PAIR, by="return round(fraction * 2**30), 30 - exponent",
        forms=[{"replace": PAIR, "by": "return round(fraction * 2**32), 32 - exponent"}])

mistake("int8_linear.fixed_point", """Your fixed_point accepts a multiplier outside of its range.""", name="any_multiplier",
        replace="if not 2.0**-30 <= multiplier < 1:", by="if False:",
        forms=[{"replace": "if not 2.0**-30 <= multiplier < 1:", "by": "if not 0 < multiplier < 1:"},
               {"replace": "if not 2.0**-30 <= multiplier < 1:", "by": "if not 2.0**-30 <= multiplier <= 1:"}])

SHIFT = "((accumulators.long() * m + half) >> r) + zero_point"

mistake("int8_linear.requantize", """Your requantize rounds a half to the even integer. The contract has a half rounded up, as adding one half and rounding
    down does.""", name="halves_to_even", replace=SHIFT,
        by="(accumulators.double() * m.double() * 2.0 ** -r.double()).round().long() + zero_point",
        forms=[{"replace": SHIFT, "by": "(accumulators.double() * torch.tensor(multipliers, dtype=torch.float64)).round().long() + zero_point"}])

mistake("int8_linear.requantize", """Your requantize does not round: a shift to the right, or a division by `//`, goes down to the next integer. Add half of 2**r
    before.""", name="only_shifts", replace=SHIFT, by="((accumulators.long() * m) >> r) + zero_point",
        forms=[{"replace": SHIFT, "by": "(accumulators.long() * m) // 2**r + zero_point"}])

mistake("int8_linear.requantize", """Your requantize rounds towards 0, or a half away from it. A half goes up, also below 0: -2.5 to -2.""",
        name="rounds_by_sign", replace=SHIFT,
        by="accumulators.sign().long() * ((accumulators.long().abs() * m + half) >> r) + zero_point")

mistake("int8_linear.requantize", """Your requantize multiplies in 32 bits. An accumulator has up to 32 and m has 31: the product needs 64, and what is beyond 32
    is lost without a word.""", name="multiplies_in_32_bits", replace=SHIFT,
        by="((accumulators * m.int()).long() + half >> r) + zero_point")

mistake("int8_linear.requantize", """Your requantize computes in float32, which has 24 bits. Large accumulators are rounded there before they are
    multiplied, and the codes differ from those of integers.""", name="computes_in_float32", replace=SHIFT,
        by="(accumulators.float() * torch.tensor(multipliers) + 0.5).floor().long() + zero_point")

mistake("int8_linear.requantize", """Your requantize computes in float64, whose product with an accumulator is rounded to 53 bits; or it multiplies by the float
    multiplier and not by the integer m. Either differs from the exact integers near a half.""", name="computes_in_float64", replace=SHIFT,
        by="(accumulators.double() * torch.tensor(multipliers, dtype=torch.float64) + 0.5).floor().long() + zero_point")

mistake("int8_linear.requantize", """Your requantize has the first output's multiplier for all of them. Each output has its own: its weights have their own
    scale.""", name="first_multiplier_for_all", replace=SHIFT, by="((accumulators.long() * m[0] + half[0]) >> r[0]) + zero_point")

CAST = "codes.clamp(limits.min, limits.max).to(dtype)"

mistake("int8_linear.requantize", """Your requantize does not hold the codes within the limits of the dtype. The cast keeps the last eight bits: 128 becomes
    -128 in int8.""", name="requantize_wraps", replace=CAST, by="codes.to(dtype)")

mistake("int8_linear.requantize", """Your requantize clamps before the zero point is added.""", name="clamps_before_adding", replace=SHIFT,
        by="((accumulators.long() * m + half) >> r).clamp(torch.iinfo(dtype).min, torch.iinfo(dtype).max) + zero_point",
        forms=[{"replace": CAST, "by": "((codes - zero_point).clamp(limits.min, limits.max) + zero_point).to(dtype)"}])

mistake("int8_linear.requantize", """Your requantize has the limits of int8 for any dtype.""", name="limits_of_int8",
        replace="limits = torch.iinfo(dtype)", by="limits = torch.iinfo(torch.int8)")

mistake("int8_linear.requantize", """Your requantize leaves out the zero point of the output.""", name="requantize_without_zero_point", replace=SHIFT,
        by="((accumulators.long() * m + half) >> r)")

# ── The layer ───────────────────────────────────────────────────────────────────────────────────────────────────

ROWS = "symmetric_scale(*ranges(weight, axis=0))         #"
FOLD = "folded = -zero_point * codes.sum(dim=1, dtype=torch.int64)      #"
STEPS = "(bias.detach().double() / (scale * weight_scale.double())).round()"

mistake("int8_linear.Int8Linear.__init__", """Your layer has one scale for all of its weights. An output whose weights are small has only a few codes then: each output
    gets its own.""", name="one_scale_for_all", replace=ROWS, by="symmetric_scale(*ranges(weight)).repeat(len(weight))  #")

mistake("int8_linear.Int8Linear.__init__", """Your layer leaves the zero point out of its bias. An input of 0 has the code z, so every accumulator is off by z times the
    sum of the row's codes.""", name="zero_point_not_folded", replace=FOLD,
        by="folded = 0 * codes.sum(dim=1, dtype=torch.int64)      #")

mistake("int8_linear.Int8Linear.__init__", """Your layer adds the zero point's part to the bias. It is taken off: s (p - z) has a minus.""", name="folds_with_plus",
        replace=FOLD, by="folded = zero_point * codes.sum(dim=1, dtype=torch.int64)      #")

mistake("int8_linear.Int8Linear.__init__", """Your layer takes the zero point off once, and not once for each code of the row: it is multiplied by their sum.""",
        name="folds_without_codes", replace=FOLD, by="folded = torch.full((len(codes),), -zero_point)      #",
        forms=[{"replace": FOLD, "by": "folded = torch.full((len(codes),), -zero_point * codes.shape[1])      #"}])

mistake("int8_linear.Int8Linear.__init__", """Your layer adds up codes along the wrong axis. The zero point belongs to all inputs of an output: to a row of the
    weights.""", name="sums_columns", replace=FOLD,
        by="folded = -zero_point * codes.sum(dim=0, dtype=torch.int64)[:1].repeat(len(codes))      #")

mistake("int8_linear.Int8Linear.__init__", """Your layer adds up a row's codes in eight bits. The sum of a few of them does not fit, and what is beyond is lost without a
    word.""", name="sums_in_eight_bits", replace=FOLD,
        by="folded = -zero_point * codes.sum(dim=1, dtype=torch.int8).long()      #")

mistake("int8_linear.Int8Linear.__init__", """Your layer divides the bias by the scale of the weights only. An accumulator's unit is a step of a product: both
    scales.""", name="bias_by_one_scale", replace=STEPS, by="(bias.detach().double() / weight_scale.double()).round()",
        forms=[{"replace": STEPS, "by": "(bias.detach().double() / scale).round()"}])

mistake("int8_linear.Int8Linear.__init__", """Your layer cuts off what is behind the point of the bias' units. They are rounded, a half to the even
    integer.""", name="truncates_the_bias", replace=STEPS, by="(bias.detach().double() / (scale * weight_scale.double())).trunc()",
        forms=[{"replace": STEPS, "by": "(bias.detach().double() / (scale * weight_scale.double())).floor()"}])

mistake("int8_linear.Int8Linear.__init__", """Your layer rounds a half of the bias' units up. It goes to the even integer, as in `torch.round`.""",
        name="bias_half_up", replace=STEPS, by="(bias.detach().double() / (scale * weight_scale.double()) + 0.5).floor()")

mistake("int8_linear.Int8Linear.__init__", """Your layer keeps the bias in eight bits. It is added to a sum of 32 bits, in the units of that sum, where it is mostly far
    larger than 127.""", name="bias_of_eight_bits", replace="steps.clamp(-2**30, 2**30).long()", by="steps.clamp(-128, 127).long()")

mistake("int8_linear.Int8Linear.__init__", """Your layer lets a bias be larger than what 32 bits hold. Where its scale is tiny the cast makes another number of it: clamp
    to ±2**30.""", name="bias_wraps", replace="steps.clamp(-2**30, 2**30).long()", by="steps.long()")

mistake("int8_linear.Int8Linear.__init__", """Your layer clamps the folded bias as a whole. It is the rounded bias that is clamped to ±2**30, before the zero point's
    part is taken off: else that part is lost wherever the bias is at the limit.""", name="clamps_after_folding",
        replace="folded += steps.clamp(-2**30, 2**30).long()",
        by="folded = (folded + steps.clamp(-2**40, 2**40).long()).clamp(-2**30, 2**30)",
        forms=[{"replace": "folded += steps.clamp(-2**30, 2**30).long()", "by": "folded = (folded + steps.long()).clamp(-2**30, 2**30)"}])

mistake("int8_linear.Int8Linear.__init__", """Your layer computes the bias' units in float32, which has 24 bits: where there are more units than that, they are
    rounded to the next even number, or to a coarser one.""", name="bias_in_float32", replace=STEPS,
        by="(bias.detach().float() / (scale * weight_scale)).round()")

mistake("int8_linear.Int8Linear.__init__", """Your layer fails without a bias. It is 0 then, and the zero point's part is folded in all the same.""",
        name="needs_a_bias", replace="if bias is not None:", by="if True:")

mistake("int8_linear.Int8Linear.__init__", """Your layer refuses 2**15 inputs, which still fit: 2**15 products of 255 and 127 are below 2**30. More than 2**15 are
    refused.""", name="refuses_the_limit", replace="if weight.shape[1] > 2**15:", by="if weight.shape[1] >= 2**15:")

mistake("int8_linear.Int8Linear.__init__", """Your layer keeps tensors as plain attributes. A state_dict leaves them out, and they stay behind when the model goes to
    another device: `register_buffer` makes them a part of it.""", name="no_buffers",
        replace='self.register_buffer("weight_scale", weight_scale)', by="self.weight_scale = weight_scale",
        forms=[{"replace": 'self.register_buffer("bias", folded.int())', "by": "self.bias = folded.int()"}])

mistake("int8_linear.Int8Linear.__init__", """Your layer keeps a float for its bias. In float32 sums beyond 2**24 are rounded: it is an integer of 32 bits.""",
        name="float_bias", replace='self.register_buffer("bias", folded.int())', by='self.register_buffer("bias", folded.float())')

ACC = "codes.int() @ self.weight.int().T + self.bias"

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate multiplies in eight bits. A product of two codes needs 16 and the sum 32; what is beyond is lost without a
    word.""", name="eight_bits", replace=ACC, by="(codes.to(torch.int8) @ self.weight.T).int() + self.bias")

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate turns codes of uint8 into int8, the dtype of the weights. Those above 127 do not fit: 200 becomes -56. Make
    both wider instead.""", name="codes_to_int8", replace="codes.int() @", by="codes.to(self.weight.dtype).int() @")

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate adds up in 16 bits. One product of two codes fills them; the sum needs 32.""", name="sixteen_bits",
        replace=ACC, by="(codes.short() @ self.weight.short().T).int() + self.bias")

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate adds up in float32, which holds integers up to 2**24. With a thousand inputs the sum is beyond that,
    and no longer exact.""", name="sums_in_float32", replace=ACC, by="(codes.float() @ self.weight.float().T).int() + self.bias",
        forms=[{"replace": ACC, "by": "(codes.float() @ self.weight.float().T + self.bias.float()).int()"}])

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate gives another dtype than int32.""", name="gives_int64", replace=ACC,
        by="codes.long() @ self.weight.long().T + self.bias")

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate takes the zero point off the codes, which the bias has done already.""", name="zero_point_twice",
        replace=ACC, by="(codes.int() - self.zero_point) @ self.weight.int().T + self.bias")

mistake("int8_linear.Int8Linear.accumulate", """Your accumulate leaves out the bias, and with it the zero point.""", name="accumulates_without_bias",
        replace=ACC, by="codes.int() @ self.weight.int().T")

OUT = "accumulators.float() * (self.scale * self.weight_scale)"

mistake("int8_linear.Int8Linear.forward", """Your forward multiplies by the scale of the weights only. An accumulator counts products of two steps: both scales.""",
        name="output_by_one_scale", replace=OUT, by="accumulators.float() * self.weight_scale",
        forms=[{"replace": OUT, "by": "accumulators.float() * self.scale"}])

mistake("int8_linear.Int8Linear.forward", """Your forward returns the dtype of its input. The outputs are float32 whatever comes in: that is what the scales are.""",
        name="dtype_of_its_input", replace=OUT, by="(" + OUT + ").to(x.dtype)")

mistake("int8_linear.Int8Linear.forward", """Your forward takes codes of uint8 for inputs of any dtype.""", name="always_uint8",
        replace="dtype=self.dtype", by="dtype=torch.uint8",
        forms=[{"replace": "dtype=self.dtype", "by": "dtype=torch.int8"}])

mistake("int8_linear.Int8Linear.forward", """Your forward takes the zero point off the accumulators. Its part is in the bias already.""",
        name="zero_point_off_the_output", replace=OUT, by="(accumulators - self.zero_point).float() * (self.scale * self.weight_scale)")
