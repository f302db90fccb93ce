"""What several suites of this project do beside the learner's functions, in the learner's process.

Tensors arrive there row by row in memory, so other layouts are made there. A probe gets the exercise's module as `work`,
returns plain data, and holds no expected value.
"""
import torch


def calls(work, function, arguments, layout="rows", **options):
    """The results of one call for each list of arguments, looked at after the last call, and the arguments as they are then."""
    views = [[laid_out(each, layout) if isinstance(each, torch.Tensor) else each for each in given] for given in arguments]
    return [getattr(work, function)(*given, **options) for given in views], views


def laid_out(tensor, layout):
    """A copy that lies in memory row by row ("rows"), with the first axis nearest, as in `x.T` ("columns"), at every other
    place ("gaps"), or, if all along the first axis are equal, there once and shown many times ("expanded").
    """
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    if layout == "columns":
        backwards = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(backwards).clone(memory_format=torch.contiguous_format).permute(backwards)
    if layout == "expanded" and tensor.ndim > 0 and bool((tensor == tensor[:1]).all()):
        return tensor[:1].clone().expand(tensor.shape)
    return tensor.clone()
