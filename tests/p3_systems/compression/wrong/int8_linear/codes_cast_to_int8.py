# what is wrong: brings the codes to the weight's int8 before the product, so codes of uint8 above 127 become negative.
# told: codes_to_int8
r"""A linear layer that computes in integers.

The weights of output channel $o$ are $w_{oi} \approx s_o\, q_{oi}$, symmetric in int8, and the inputs $x_i \approx s_x\,(p_i - z)$ with codes $p_i$
of eight bits. Then

$$y_o = \sum_i w_{oi}\, x_i + b_o \approx s_x s_o \Big( \sum_i q_{oi}\, p_i \; \underbrace{-\, z \sum_i q_{oi} +
  \mathrm{round}\Big(\frac{b_o}{s_x s_o}\Big)}_{b'_o,\ \text{known beforehand}} \Big).$$

All in the large parentheses is integers. The products have 16 bits, so their sum is kept in 32; the zero point and the bias are
*folded* into one integer $b'_o$ for each output. If the next layer wants codes too, with a scale $s_y$ and a zero point $z_y$, the
accumulator $a_o$ is *requantised* without a float:

$$\operatorname{clamp}\Big(\Big\lfloor a_o M_o + \tfrac12 \Big\rfloor + z_y\Big), \qquad M_o = \frac{s_x s_o}{s_y} \approx m \cdot 2^{-r},$$

with an integer $m$ of 31 bits: a product in 64 bits and a shift to the right by $r$.

Source: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference" (CVPR 2018),
sections 2.2 to 2.4.
"""
import math
from fractions import Fraction

import torch
from jaxtyping import Float, Float32, Int8, Int32, UInt8
from torch import Tensor, nn

from exercises.p3_systems.compression.quantize import quantize, ranges, symmetric_scale


def fixed_point(multiplier: float) -> tuple[int, int]:
    r"""Integers `(m, r)` such that `multiplier` is $m \cdot 2^{-r}$ as nearly as an $m$ with $2^{30} \le m < 2^{31}$ can have it.

    `m` is rounded as Python's `round` does. Where that would make it $2^{31}$, `m` is $2^{30}$ and `r` is smaller by one.

    >>> fixed_point(0.75)
    (1610612736, 31)
    >>> 1610612736 / 2**31
    0.75

    Raises ValueError unless `multiplier` is from 2**-30 on and below 1.
    """
    if not (multiplier >= 2.0**-30 and multiplier < 1.0):
        raise ValueError("out of range")
    numerator, denominator = float(multiplier).as_integer_ratio()       # the denominator is a power of two
    r = 31 - numerator.bit_length() + (denominator.bit_length() - 1)
    m = round(Fraction(numerator * 2**r, denominator))
    while m >= 2**31:
        m, r = m >> 1, r - 1
    return m, r


def requantize(accumulators: Int32[Tensor, "*batch outputs"], multipliers: list[float], zero_point: int, *,
               dtype: torch.dtype = torch.int8) -> Int8[Tensor, "*batch outputs"] | UInt8[Tensor, "*batch outputs"]:
    r"""Codes of eight bits from accumulators: $\operatorname{clamp}(\lfloor a_o\, m_o\, 2^{-r_o} + \tfrac12 \rfloor + z)$, exactly.

    `multipliers` has one for each output, from 2**-30 on and below 1, of which `fixed_point` makes $m_o$ and $r_o$. `dtype` is torch.int8
    or torch.uint8, and `zero_point` one of its codes. A half is rounded up, also below 0: 2.5 to 3, and -2.5 to -2. Each
    accumulator may be any number of int32.

    >>> requantize(torch.tensor([[10, -10], [1000, 3]], dtype=torch.int32), [0.25, 0.25], 1)
    tensor([[  4,  -1],
            [127,   2]], dtype=torch.int8)

    Raises ValueError where there are not as many multipliers as outputs.
    """
    if accumulators.size(-1) != len(multipliers):
        raise ValueError("as many multipliers as outputs are needed")
    smallest, largest = {torch.int8: (-128, 127), torch.uint8: (0, 255)}[dtype]
    result = torch.empty(accumulators.shape, dtype=dtype)
    for output, (m, r) in enumerate(map(fixed_point, multipliers)):
        column = accumulators[..., output].long().mul(m).add(2 ** (r - 1)).bitwise_right_shift(r)
        result[..., output] = column.add(zero_point).clamp(smallest, largest).to(dtype)
    return result


class Int8Linear(nn.Module):
    """A linear layer with weights of eight bits, for inputs of eight bits.

    It has no Parameters and three buffers, which are in its `state_dict()`: `weight`, the codes (outputs, inputs) of int8;
    `weight_scale`, (outputs,) of float32; and `bias`, the $b'_o$, (outputs,) of int32. `scale`, `zero_point` and `dtype` are those
    of the inputs, and attributes.
    """

    def __init__(self, weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, "outputs"] | None, *, scale: float,
                 zero_point: int, dtype: torch.dtype = torch.uint8):
        r"""Quantise a layer, as `nn.Linear` has it: `weight` for each output by itself with `symmetric_scale`, and the bias.

        $\mathrm{round}(b_o / (s_x s_o))$ is computed in float64, with a half to the even integer, and clamped to $\pm 2^{30}$; without a
        bias it is 0. Then $z \sum_i q_{oi}$ is taken off. `weight` and `bias` are not changed and no gradient leads to them. `dtype` is
        torch.uint8 or torch.int8, and `zero_point` one of its codes.

        Raises ValueError unless `scale` is above 0 and finite, and where there are more than 2**15 inputs: then the sum might not
        fit in 32 bits.
        """
        super().__init__()
        if not scale > 0 or scale == float("inf"):
            raise ValueError("scale")
        if weight.size(1) > 1 << 15:
            raise ValueError("inputs")
        self.scale, self.zero_point, self.dtype = scale, zero_point, dtype
        none = torch.tensor(0, dtype=torch.int32)
        self.register_buffer("weight", torch.empty(weight.shape, dtype=torch.int8))
        self.register_buffer("weight_scale", torch.empty(weight.size(0), dtype=torch.float32))
        self.register_buffer("bias", torch.empty(weight.size(0), dtype=torch.int32))
        for output, row in enumerate(weight.detach()):
            step = symmetric_scale(*ranges(row))
            codes = quantize(row, step, none, dtype=torch.int8)
            offset = 0
            if bias is not None:
                offset = bias[output].detach().double().div(step.double() * scale).round()
                offset = int(offset.clamp(-2**30, 2**30))
            self.weight[output] = codes
            self.weight_scale[output] = step
            self.bias[output] = offset - zero_point * int(codes.long().sum())

    def accumulate(self, codes: Int8[Tensor, "*batch inputs"] | UInt8[Tensor, "*batch inputs"]) -> Int32[Tensor, "*batch outputs"]:
        r"""The integers $\sum_i q_{oi}\, p_i + b'_o$ for codes $p$ of the inputs, exactly, for any number of axes before the last.

        Each of them fits in 32 bits. The zero point is in `bias` already. `codes` is not changed.
        """
        sums = torch.einsum("...i,oi->...o", codes.to(self.weight.dtype).long(), self.weight.long())
        return (sums + self.bias.long()).int()

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float32[Tensor, "*batch outputs"]:
        r"""The layer's output in float32: the inputs are quantised, accumulated, and multiplied by $s_x s_o$.

        That product of scales and the result are computed in float32 or better. `x` is not changed.
        """
        kind = dict(dtype=torch.int32, device=x.device)
        codes = quantize(x, torch.full((), self.scale, device=x.device, dtype=torch.float32), torch.full((), self.zero_point, **kind),
                         dtype=self.dtype)
        return self.accumulate(codes).double().mul(self.weight_scale.double() * self.scale).float()
