"""What the suite of `cross_entropy` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


def calls_with_views(work, function, arguments, options, layout):
    """The results of one call for each list of arguments, looked at after the last call, and the arguments as they are then."""
    views = [[laid_out(each, layout) if isinstance(each, torch.Tensor) else each for each in given] for given in arguments]
    return [getattr(work, function)(*given, **options) for given in views], views


def laid_out(tensor, layout):
    """A copy that lies in memory in another way: "strided" (every other place), or "transposed"."""
    if layout == "transposed" and tensor.ndim > 1:
        return tensor.mT.contiguous().mT
    view = torch.zeros((*tensor.shape, 2), dtype=tensor.dtype)[..., 0]
    return view.copy_(tensor)
