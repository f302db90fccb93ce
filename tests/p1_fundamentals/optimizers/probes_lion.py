"""What the suite of `lion` does beside the learner's objects, in the learner's process; more is in probes.py.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


def moved_in_place(work, arrays, gradients, **options):
    """Parameters that are views, after steps with gradients that are always written into the same tensors.

    Returned are the parameters, as one sees them who held their memory before; the gradients after the last step; and whether
    the parameters are still the tensors that the optimiser was given.
    """
    memory = [torch.stack((array, torch.zeros_like(array)), dim=-1) for array in arrays]
    params = [each[..., 0] for each in memory]
    optimizer = work.Lion(params, **options)
    for p in params:
        p.grad = torch.zeros_like(p)
    for arrived in gradients:
        for p, gradient in zip(params, arrived):
            p.grad.copy_(gradient)
        optimizer.step()
    return ([each[..., 0].clone() for each in memory], [p.grad for p in params],
            [one is other for one, other in zip(optimizer.param_groups[0]["params"], params)])


def error_of(work, options):
    """The classes of what the constructor raises, [] for nothing."""
    try:
        work.Lion([torch.ones(2)], **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [each.__name__ for each in type(error).__mro__]
    return []


def settings_of(work, options):
    """The settings of the only group, without its parameters."""
    [group] = work.Lion([torch.ones(2)], **options).param_groups
    return {key: value for key, value in group.items() if key != "params"}
