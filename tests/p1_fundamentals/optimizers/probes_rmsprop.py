"""What the suite of `rmsprop` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


def in_place(work, params, gradients, layout, **options):
    """The memory of the parameters after all steps, the gradients of the last step then, and the tensors it keeps.

    The parameters are looked at through tensors that share their memory, and not through the parameters themselves.
    The state comes as a list of [key, dtype, shape] for each parameter, of its tensors alone, sorted.
    """
    held = [laid_out(each, layout) for each in params]
    leaves = [each.detach().requires_grad_() for each in held]
    optimizer = work.RMSprop(leaves, **options)
    for arrived in gradients:
        for p, gradient in zip(leaves, arrived):
            p.grad = laid_out(gradient, layout)
        optimizer.step()
    kept = [sorted([key, str(each.dtype), list(each.shape)] for key, each in optimizer.state.get(p, {}).items()
                   if isinstance(each, torch.Tensor) and key != "step") for p in leaves]
    return [each.clone() for each in held], [p.grad for p in leaves], kept


def go_on(work, params, states, gradients, **options):
    """The parameters after each step of an optimiser that has loaded a state for each parameter before the first step."""
    leaves = [each.clone().requires_grad_() for each in params]
    optimizer = work.RMSprop(leaves, **options)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": dict(enumerate(states))})
    history = []
    for arrived in gradients:
        for p, gradient in zip(leaves, arrived):
            p.grad = gradient.clone()
        optimizer.step()
        history.append([p.detach().clone() for p in leaves])
    return history


def laid_out(tensor, layout):
    """A copy of a tensor in memory: row by row ("rows"), column by column ("columns"), or every other place ("gaps")."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    backwards = tuple(reversed(range(tensor.ndim)))
    return tensor.clone().permute(backwards).contiguous().permute(backwards) if layout == "columns" else tensor.clone()
