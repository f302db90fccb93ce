# what is wrong: computes the zero point with the scale as it is in float64, not with the one that is stored.
# told: zero_point_of_another_scale
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
        values = x.reshape(-1)
        return (values.min(), values.max()) if len(values) else (x.new_tensor(0), x.new_tensor(0))
    try:
        channels = x.shape[axis]
    except IndexError:
        raise ValueError(f"axis {axis} of a tensor with the shape {tuple(x.shape)}") from None
    others = [place for place in range(x.ndim) if place != axis % x.ndim]
    if x.numel() == 0:
        return x.new_zeros([channels]), x.new_zeros([channels])
    if not others:      # amin over no axes would be amin over all of them
        return x.clone(), x.clone()
    return x.amin(dim=others), x.amax(dim=others)


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
    l, h = low.double(), high.double()
    if not (torch.isfinite(l) & torch.isfinite(h) & (l <= h)).all():
        raise ValueError("every range needs finite ends in the right order")
    first, last = LIMITS[dtype]
    l, h = torch.where(l > 0, 0.0, l), torch.where(h < 0, 0.0, h)
    exact = (h - l) / (last - first)
    if not exact.float().isfinite().all():
        raise ValueError("infinite scale")
    exact = exact.masked_fill(exact.float() == 0, 1.0)
    return exact.float(), torch.round(first - l / exact).clamp(first, last).int()


def symmetric_scale(low: Float[Tensor, "*n"], high: Float[Tensor, "*n"]) -> Float32[Tensor, "*n"]:
    """The scale, in float32, with which the codes -127 to 127 of int8 cover each range from `low` to `high`.

    The zero point is 0. The arithmetic is done in float64; a scale that is 0 in float32 is 1 instead.

    >>> symmetric_scale(torch.tensor(-2.54), torch.tensor(1.0))
    tensor(0.0200)

    Raises ValueError where `low` is above `high`, where one of them is NaN or infinite, or where the scale is infinite in float32.
    """
    l, h = low.double(), high.double()
    if not (torch.isfinite(l) & torch.isfinite(h) & (l <= h)).all():
        raise ValueError("every range needs finite ends in the right order")
    scale = (torch.stack([l.abs(), h.abs()]).amax(0) / 127).float()
    if not scale.isfinite().all():
        raise ValueError("infinite scale")
    return scale.masked_fill(scale == 0, 1.0)


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
    first, last = LIMITS[dtype]
    if not (scale.gt(0) & scale.lt(torch.inf)).all():
        raise ValueError("scale")
    if not (zero_point.ge(first) & zero_point.le(last)).all():
        raise ValueError("zero point")
    s, z = along(scale, x, axis), along(zero_point, x, axis)
    if (x != x).any():
        raise ValueError("NaN")
    steps = torch.round((x.double() if x.dtype is torch.float64 else x.float()) / s)
    # the zero point comes last: what is clamped before is how many steps it can be away from it
    steps = torch.minimum(torch.maximum(steps, first - z), last - z)
    return (steps.int() + z).to(dtype)


def dequantize(q: Int8[Tensor, "*shape"] | UInt8[Tensor, "*shape"], scale: Float32[Tensor, "*n"], zero_point: Int32[Tensor, "*n"], *,
               axis: int | None = None) -> Float32[Tensor, "*shape"]:
    """The numbers that the codes `q` stand for, in float32: $s\\,(q - z)$.

    The shapes of `scale` and `zero_point` are those of `quantize`.

    >>> dequantize(torch.tensor([-128, 0, 127], dtype=torch.int8), torch.tensor(0.5), torch.tensor(-100, dtype=torch.int32))
    tensor([-14.0000,  50.0000, 113.5000])

    Raises ValueError where these shapes do not fit `q` and `axis`.
    """
    s, z = along(scale, q, axis), along(zero_point, q, axis)
    return s * (q.to(torch.float32) - z.to(torch.float32))


def positive_scale(scale: Float[Tensor, "*n"]) -> Float32[Tensor, "*n"]:
    """A help for `affine_parameters` and `symmetric_scale`: a scale in float32, with 1 in the place of 0.

    The suite does not ask for it, and you may do without it.
    """
    raise NotImplementedError


def along(parameter: Tensor, x: Tensor, axis: int | None) -> Tensor:
    """A help for `quantize` and `dequantize`: `parameter` in a shape that goes with `x`, such as (1, channels, 1).

    The suite does not ask for it, and you may do without it.
    """
    wanted = () if axis is None else x.shape[axis:][:1] if -x.ndim <= axis < x.ndim else None
    if wanted is None or tuple(parameter.shape) != tuple(wanted):
        raise ValueError(f"the shape {tuple(parameter.shape)} does not fit {tuple(x.shape)} and the axis {axis}")
    if axis is None:
        return parameter
    behind = x.ndim - 1 - axis % x.ndim
    return parameter[(...,) + (None,) * behind]
