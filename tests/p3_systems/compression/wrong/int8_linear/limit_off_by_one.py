# what is wrong: refuses exactly 2**15 inputs too, thinking that the limit is the first number that is too large.
# told: refuses_the_limit
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
    if multiplier != multiplier or multiplier < 2**-30 or multiplier >= 1:
        raise ValueError(f"{multiplier} is not from 2**-30 to 1")
    scaled, r = multiplier * 2**31, 31
    while scaled < 2**30:       # doubling is exact
        scaled *= 2
        r += 1
    m = round(scaled)
    return (m, r) if m < 2**31 else (m // 2, r - 1)


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
    outputs = accumulators.shape[-1]
    if outputs != len(multipliers):
        raise ValueError(f"{len(multipliers)} multipliers for {outputs} outputs")
    info = torch.iinfo(dtype)
    numerators = torch.empty(outputs, dtype=torch.int64)
    denominators = torch.empty(outputs, dtype=torch.int64)
    for place, multiplier in enumerate(multipliers):
        m, r = fixed_point(multiplier)
        numerators[place] = m
        denominators[place] = 2**r
    products = accumulators.to(torch.int64) * numerators + denominators // 2
    codes = torch.div(products, denominators, rounding_mode="floor") + zero_point
    return torch.clamp(codes, info.min, info.max).to(dtype)


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
        if not math.isfinite(scale) or scale <= 0:
            raise ValueError("a scale is a positive number")
        outputs, inputs = weight.shape
        if inputs >= 32768:
            raise ValueError("more than 2**15 inputs")
        self.scale = scale
        self.zero_point = zero_point
        self.dtype = dtype
        with torch.no_grad():
            low, high = ranges(weight, axis=0)
            scales = symmetric_scale(low, high)
            nothing = torch.zeros(outputs, dtype=torch.int32)
            codes = quantize(weight, scales, nothing, dtype=torch.int8, axis=0)
            sums = codes.sum(dim=1, dtype=torch.int64)
            if bias is None:
                rounded = torch.zeros(outputs, dtype=torch.int64)
            else:
                steps = torch.round(bias.to(torch.float64) / (scales.to(torch.float64) * scale))
                rounded = torch.clamp(steps, -(2**30), 2**30).to(torch.int64)
            folded = (rounded - sums * zero_point).to(torch.int32)
        self.register_buffer("weight", codes)
        self.register_buffer("weight_scale", scales)
        self.register_buffer("bias", folded)

    def accumulate(self, codes: Int8[Tensor, "*batch inputs"] | UInt8[Tensor, "*batch inputs"]) -> Int32[Tensor, "*batch outputs"]:
        r"""The integers $\sum_i q_{oi}\, p_i + b'_o$ for codes $p$ of the inputs, exactly, for any number of axes before the last.

        Each of them fits in 32 bits. The zero point is in `bias` already. `codes` is not changed.
        """
        # float64 has 53 bits, and no sum takes more than 31 of them
        sums = torch.matmul(codes.to(torch.float64), self.weight.to(torch.float64).t())
        return (sums + self.bias.to(torch.float64)).to(torch.int32)

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float32[Tensor, "*batch outputs"]:
        r"""The layer's output in float32: the inputs are quantised, accumulated, and multiplied by $s_x s_o$.

        That product of scales and the result are computed in float32 or better. `x` is not changed.
        """
        scale = torch.tensor(self.scale, dtype=torch.float32)
        zero_point = torch.tensor(self.zero_point, dtype=torch.int32)
        sums = self.accumulate(quantize(x, scale, zero_point, dtype=self.dtype))
        steps = self.weight_scale.to(torch.float64) * self.scale
        return (sums.to(torch.float64) * steps).to(torch.float32)
