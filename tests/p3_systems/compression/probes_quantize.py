"""What the suite of `quantize` does beside the learner's functions, in the learner's process.

Dtypes do not cross the wire, so they come by name. A probe gets the exercise's module as `work`, returns plain data, and holds
no expected value.
"""
import torch


def call(work, function, *arguments, dtype=None, layout="rows", **options):
    """The result of one call, and the arguments as they are afterwards."""
    laid = [laid_out(each, layout) if isinstance(each, torch.Tensor) else each for each in arguments]
    if dtype is not None:
        options["dtype"] = getattr(torch, dtype)
    return getattr(work, function)(*laid, **options), laid


def laid_out(tensor, layout):
    """A copy that lies in memory row by row, or with the first axis nearest, or at every other place."""
    if layout == "gaps":
        return torch.stack((tensor, torch.ones_like(tensor)), dim=-1)[..., 0]
    if layout == "columns":
        backwards = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(backwards).contiguous().permute(backwards)
    return tensor.clone()


def there_and_back(work, x, *, dtype, symmetric, axis):
    """The learner's own ranges, parameters, codes and numbers, one after the other."""
    low, high = work.ranges(x, axis=axis)
    if symmetric:
        scale = work.symmetric_scale(low, high)
        zero_point = torch.zeros(scale.shape, dtype=torch.int32)
    else:
        scale, zero_point = work.affine_parameters(low, high, dtype=getattr(torch, dtype))
    codes = work.quantize(x, scale, zero_point, dtype=getattr(torch, dtype), axis=axis)
    return scale, zero_point, codes, work.dequantize(codes, scale, zero_point, axis=axis)
