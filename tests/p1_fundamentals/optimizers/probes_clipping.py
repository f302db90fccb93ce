"""What the suite of `clipping` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


def norms(work, collections, *orders, container="list"):
    """The total norm of each collection of tensors, by each order, and the tensors afterwards."""
    found = [work.total_norm(contained(tensors, container), *order) for tensors in collections
             for order in ([(p,) for p in orders] or [()])]
    return found, collections


def clip(work, function, gradients, limit, *, layout="rows", container="list", **options):
    """What came back; the gradients; whether each is the tensor that it was; the parameters; the class of an error, or "".

    There is a parameter of ones for each gradient, and None stands for a parameter without one.
    """
    parameters = [torch.ones(2) if gradient is None else torch.ones_like(gradient) for gradient in gradients]
    held = [None if gradient is None else laid_out(gradient, layout) for gradient in gradients]
    for parameter, gradient in zip(parameters, held):
        parameter.grad = gradient
    returned, error = None, ""
    try:
        returned = getattr(work, function)(contained(parameters, container), limit, **options)
    except NotImplementedError:
        raise
    except Exception as raised:
        if "error_if_nonfinite" not in options:
            raise
        error = type(raised).__name__
    same = [parameter.grad is gradient for parameter, gradient in zip(parameters, held)]
    return returned, held, same, parameters_of(parameters), error


def parameters_of(parameters):
    return [parameter.detach().clone() for parameter in parameters]


def contained(tensors, container):
    return (each for each in tensors) if container == "generator" else list(tensors)


def laid_out(tensor, layout):
    """A copy that lies in memory row by row ("rows"), or at every other place of every other row ("gaps").

    With those gaps `reshape` and `flatten` have to copy a tensor of several rows and columns.
    """
    if layout == "gaps":
        wide = torch.cat((tensor, torch.zeros_like(tensor)), dim=-1) if tensor.ndim else tensor  # (..., 2 columns)
        spread = torch.stack((wide, torch.zeros_like(wide)), dim=-1)[..., 0]
        return spread[..., :tensor.shape[-1]] if tensor.ndim else spread
    return tensor.clone()
