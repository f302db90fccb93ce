"""What the suite of `layers` does beside the learner's functions, in the learner's process.

Tensors arrive here row by row in memory, so other layouts are made here. A probe gets the exercise's module as `work`,
returns plain data, and holds no expected value.
"""
import torch


def results(work, function, arguments, *, layout="row by row"):
    """What a function returns, as a list, and its arguments as they are afterwards."""
    laid_out = [LAYOUTS[layout](argument) for argument in arguments]
    returned = getattr(work, function)(*laid_out)
    return list(returned) if isinstance(returned, tuple) else [returned], laid_out


def transposed(tensor):
    """The same values, with the first axis nearest in memory, as in `x.T`."""
    return tensor.permute(*reversed(range(tensor.dim()))).contiguous().permute(*reversed(range(tensor.dim())))


def strided(tensor):
    """The same values, as every other element of a larger tensor."""
    return torch.stack([tensor, tensor], dim=-1)[..., 0]


def expanded(tensor):
    """The same values; where all along the first axis are equal, they are there once, and shown many times."""
    same = tensor.dim() > 0 and bool((tensor == tensor[:1]).all())
    return tensor[:1].clone().expand(tensor.shape) if same else tensor.clone()


LAYOUTS = {"row by row": torch.clone, "transposed": transposed, "strided": strided, "expanded": expanded}
