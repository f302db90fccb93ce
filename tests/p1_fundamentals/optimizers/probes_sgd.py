"""What the suite of `sgd` does beside the learner's objects, in the learner's process; more is in probes.py.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. `handed_on` and
`with_momenta` also run on `torch.optim` in the place of the exercise's module.
"""
import copy

import torch


def moved_in_place(work, arrays, gradients, **options):
    """Parameters that are views, after steps with gradients that are always written into the same tensors.

    Returned are the parameters, as one sees them who held their memory before; the gradients after the last step; and whether
    the parameters are still the tensors that the optimiser was given.
    """
    memory = [torch.stack((array, torch.zeros_like(array)), dim=-1) for array in arrays]
    params = [each[..., 0] for each in memory]
    optimizer = work.SGD(params, **options)
    for p in params:
        p.grad = torch.zeros_like(p)
    for arrived in gradients:
        for p, gradient in zip(params, arrived):
            p.grad.copy_(gradient)
        optimizer.step()
    return ([each[..., 0].clone() for each in memory], [p.grad for p in params],
            [one is other for one, other in zip(optimizer.param_groups[0]["params"], params)])


def handed_on(work, arrays, gradients, saved=None, **options):
    """The parameters after these steps, and a copy of the state dict; an optimiser that has loaded `saved` takes the steps."""
    params = [array.clone().requires_grad_() for array in arrays]
    optimizer = work.SGD(params, **options)
    if saved is not None:
        optimizer.load_state_dict(saved)
    for arrived in gradients:
        for p, gradient in zip(params, arrived):
            p.grad = None if gradient is None else gradient.clone()
        optimizer.step()
    return [p.detach().clone() for p in params], copy.deepcopy(optimizer.state_dict())


def with_momenta(work, arrays, gradients, momenta, **options):
    """The parameters after each step, before which the groups get the next of `momenta`; then the velocities, None for none."""
    params = [array.clone().requires_grad_() for array in arrays]
    optimizer, history, velocities = work.SGD(params, **options), [], []
    for arrived, momentum in zip(gradients, momenta):
        for group in optimizer.param_groups:
            group["momentum"] = momentum
        for p, gradient in zip(params, arrived):
            p.grad = gradient.clone()
        optimizer.step()
        history.append([p.detach().clone() for p in params])
        kept = [optimizer.state.get(p, {}).get("momentum_buffer") for p in params]
        velocities.append([None if each is None else each.clone() for each in kept])
    return history, velocities


def error_of(work, options, own=None):
    """The classes of what the constructor raises, [] for nothing; `own` are settings of the only group."""
    try:
        work.SGD([torch.ones(2)] if own is None else [{"params": [torch.ones(2)], **own}], **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [each.__name__ for each in type(error).__mro__]
    return []


def settings_of(work, options):
    """The settings of the only group, without its parameters."""
    [group] = work.SGD([torch.ones(2)], **options).param_groups
    return {key: value for key, value in group.items() if key != "params"}
