# what is wrong: believes that reshape(channels, -1) gathers the channels of any axis, which holds for the first one only.
# told: reshapes_without_moving
r"""Scales, zero points and eight bits.

A number $x$ is stored as an integer code $q$ of eight bits, with a *scale* $s > 0$ and a *zero point* $z$ for a whole tensor, or for
each channel of it:

$$q = \operatorname{clamp}\!\left(\mathrm{round}\!\left(\frac{x}{s}\right) + z,\; q_{\min},\; q_{\max}\right), \qquad
  \hat x = s\,(q - z).$$

`round` takes a half to the even integer, as PyTorch does. The codes of int8 go from -128 to 127, those of uint8 from 0 to 255. $z$
is a code itself, so $x = 0$ is stored without an error. What lies in the range of the codes is off by half a step, $s/2$, at most;
what lies outside of it is *saturated*: it gets the nearest code.

*Affine*: the codes cover a range $[l, h]$ that holds 0, with $n = q_{\max} - q_{\min} = 255$ steps,

$$s = \frac{h - l}{n}, \qquad z = \operatorname{clamp}\!\left(\mathrm{round}\!\left(q_{\min} - \frac{l}{s}\right), q_{\min}, q_{\max}\right).$$

*Symmetric*: $z = 0$, and the codes -127 to 127 of int8 cover $[-b, b]$ with $b = \max(|l|, |h|)$, so $s = b / 127$.

Source: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference" (CVPR 2018),
sections 2.1 and 3; Nagel et al., "A white paper on neural network quantization" (2021), section 2.2.
"""
import torch
from jaxtyping import Float, Float32, Int8, Int32, UInt8
from torch import Tensor

LIMITS = {torch.int8: (-128, 127), torch.uint8: (0, 255)}  # the smallest and the largest code of a dtype


def ranges(x: Float[Tensor, "*shape"], *, axis: int | None = None) -> tuple[Float[Tensor, "*n"], Float[Tensor, "*n"]]:
    """The smallest and the largest number of `x`, or of each channel.

    Without an `axis` both results are 0-d. With one, a channel is a place on it, all other axes are looked through, and both
    results have the shape (channels,); a negative axis counts from the end. Where there are no numbers, both are 0. They have the
    dtype of `x`, which may lie in memory in any way.

    >>> ranges(torch.tensor([[1.0, -2.0], [3.0, 4.0]]), axis=0)
    (tensor([-2.,  3.]), tensor([1., 4.]))

    Raises ValueError where `x` has no such axis.
    """
    if axis is None:
        if x.numel() == 0:
            return x.new_zeros(()), x.new_zeros(())
        return x.amin(), x.amax()
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"no axis {axis} in a tensor of {x.ndim} axes")
    moved = x.movedim(axis, 0)
    channels = moved.shape[0]
    if moved.numel() == 0:
        return x.new_zeros(channels), x.new_zeros(channels)
    table = x.reshape(channels, -1)
    return table.amin(1), table.amax(1)


def affine_parameters(low: Float[Tensor, "*n"], high: Float[Tensor, "*n"], *,
                      dtype: torch.dtype = torch.uint8) -> tuple[Float32[Tensor, "*n"], Int32[Tensor, "*n"]]:
    """The scale, in float32, and the zero point, in int32, for each range from `low` to `high`, by the formulas above.

    A range that does not hold 0 is widened until it does. The arithmetic is done in float64, and the zero point is computed with the
    scale as it is in float32. Where that scale is 0, because both ends are or because their difference is too small for float32,
    the scale is 1. `dtype` is torch.int8 or torch.uint8.

    >>> affine_parameters(torch.tensor([-1.0, 2.0]), torch.tensor([1.55, 5.1]))
    (tensor([0.0100, 0.0200]), tensor([100,   0], dtype=torch.int32))

    Raises ValueError where `low` is above `high`, where one of them is NaN or infinite, or where the scale is infinite in float32.
    """
    smallest, largest = LIMITS[dtype]
    low, high = low.double(), high.double()
    if not (low.isfinite().all() and high.isfinite().all()):
        raise ValueError("the ends of a range must be finite")
    if (low > high).any():
        raise ValueError("low is above high")
    low, high = low.clamp(max=0), high.clamp(min=0)
    scale = positive_scale((high - low) / (largest - smallest))
    zero_point = (smallest - low / scale.double()).round().clamp(smallest, largest)
    return scale, zero_point.to(torch.int32)


def symmetric_scale(low: Float[Tensor, "*n"], high: Float[Tensor, "*n"]) -> Float32[Tensor, "*n"]:
    """The scale, in float32, with which the codes -127 to 127 of int8 cover each range from `low` to `high`.

    The zero point is 0. The arithmetic is done in float64; a scale that is 0 in float32 is 1 instead.

    >>> symmetric_scale(torch.tensor(-2.54), torch.tensor(1.0))
    tensor(0.0200)

    Raises ValueError where `low` is above `high`, where one of them is NaN or infinite, or where the scale is infinite in float32.
    """
    low, high = low.double(), high.double()
    if not (low.isfinite().all() and high.isfinite().all()):
        raise ValueError("the ends of a range must be finite")
    if (low > high).any():
        raise ValueError("low is above high")
    return positive_scale(torch.maximum(low.abs(), high.abs()) / 127)


def quantize(x: Float[Tensor, "*shape"], scale: Float32[Tensor, "*n"], zero_point: Int32[Tensor, "*n"], *,
             dtype: torch.dtype = torch.int8, axis: int | None = None) -> Int8[Tensor, "*shape"] | UInt8[Tensor, "*shape"]:
    """The codes of `x`, with the dtype torch.int8 or torch.uint8, by the first formula above.

    Without an `axis`, `scale` and `zero_point` are 0-d. With one, they have a number for each place on it: the shape (channels,).

    `x` may be float16, float32 or float64. The quotient is rounded in the wider of its dtype and float32, *before* the zero point
    is added. Infinity saturates, and so does what is far too large for an integer of 64 bits. A tensor without elements has none
    afterwards. No argument is changed.

    >>> quantize(torch.tensor([0.0, 0.25, 0.75, -9.0, 100.0]), torch.tensor(0.5), torch.tensor(3, dtype=torch.int32),
    ...          dtype=torch.uint8)
    tensor([  3,   3,   5,   0, 203], dtype=torch.uint8)

    Raises ValueError where a scale is not above 0 or is infinite, where a zero point is no code of `dtype`, where the shapes of
    `scale` and `zero_point` do not fit `x` and `axis`, and where `x` has a NaN, for which there is no code.
    """
    smallest, largest = LIMITS[dtype]
    if not ((scale > 0) & scale.isfinite()).all():
        raise ValueError("a scale must be above 0 and finite")
    if ((zero_point < smallest) | (zero_point > largest)).any():
        raise ValueError("a zero point must be a code")
    scale, zero_point = along(scale, x, axis), along(zero_point, x, axis)
    if x.isnan().any():
        raise ValueError("there is no code for NaN")
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return ((wide / scale).round() + zero_point).clamp(smallest, largest).to(dtype)


def dequantize(q: Int8[Tensor, "*shape"] | UInt8[Tensor, "*shape"], scale: Float32[Tensor, "*n"], zero_point: Int32[Tensor, "*n"], *,
               axis: int | None = None) -> Float32[Tensor, "*shape"]:
    """The numbers that the codes `q` stand for, in float32: $s\\,(q - z)$.

    The shapes of `scale` and `zero_point` are those of `quantize`.

    >>> dequantize(torch.tensor([-128, 0, 127], dtype=torch.int8), torch.tensor(0.5), torch.tensor(-100, dtype=torch.int32))
    tensor([-14.0000,  50.0000, 113.5000])

    Raises ValueError where these shapes do not fit `q` and `axis`.
    """
    scale, zero_point = along(scale, q, axis), along(zero_point, q, axis)
    return (q.int() - zero_point).float() * scale


def positive_scale(scale: Float[Tensor, "*n"]) -> Float32[Tensor, "*n"]:
    """A help for `affine_parameters` and `symmetric_scale`: a scale in float32, with 1 in the place of 0.

    The suite does not ask for it, and you may do without it.
    """
    scale = scale.float()
    if scale.isinf().any():
        raise ValueError("the scale is infinite in float32")
    return torch.where(scale == 0, 1.0, scale)


def along(parameter: Tensor, x: Tensor, axis: int | None) -> Tensor:
    """A help for `quantize` and `dequantize`: `parameter` in a shape that goes with `x`, such as (1, channels, 1).

    The suite does not ask for it, and you may do without it.
    """
    if axis is None:
        if parameter.ndim != 0:
            raise ValueError("without an axis there is one scale and one zero point")
        return parameter
    if not -x.ndim <= axis < x.ndim or parameter.shape != (x.shape[axis],):
        raise ValueError("a number for each place on the axis is needed")
    shape = [1] * x.ndim
    shape[axis] = -1 if len(parameter) else 0
    return parameter.reshape(shape)
