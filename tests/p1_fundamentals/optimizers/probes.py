"""What the suites of this project do beside the learner's optimisers, in the learner's process.

Tensors arrive there row by row in memory and require no gradient, so layouts and leaves are made there. A probe returns
plain data and holds no expected value. `train` also runs on `torch.optim` in the place of the exercise's module: that is
how the suites find out what is right.
"""
import torch


def train(methods, name, groups, gradients, *, layout="rows", rates=None, zero_between=False, **options):
    """The parameters after each step, and the state at the end: `methods.<name>(groups, **options)` takes the steps.

    groups     a list of dicts: "params" is a list of tensors, other keys are settings of that group
    gradients  for each step a list with a tensor or None for each parameter, counted over all groups
    rates      for each step the learning rate that all groups are given before it
    layout     how parameters lie in memory, see `laid_out`; their gradients lie so too

    Returned are a list for each step, with the parameters; and a dict for each parameter, with a copy of its state.
    """
    leaves = [[laid_out(each, layout).requires_grad_() for each in group["params"]] for group in groups]
    optimizer = getattr(methods, name)([{**group, "params": own} for group, own in zip(groups, leaves)], **options)
    params = [p for own in leaves for p in own]
    history = []
    for place, arrived in enumerate(gradients):
        for p, gradient in zip(params, arrived):
            p.grad = None if gradient is None else laid_out(gradient, layout)
        for group in optimizer.param_groups if rates else []:
            group["lr"] = rates[place]
        optimizer.step()
        if zero_between:
            optimizer.zero_grad()
        history.append([p.detach().clone() for p in params])
    return history, [plain(optimizer.state.get(p, {})) for p in params]


def plain(state):
    """A copy of one parameter's state; PyTorch's `step` is a tensor of one number, which becomes an int."""
    kept = {key: value.detach().clone() if isinstance(value, torch.Tensor) else value for key, value in state.items()}
    return {key: int(value) if key == "step" else value for key, value in kept.items()}


def laid_out(tensor, layout):
    """A copy that lies in memory row by row ("rows"), with the first axis nearest, as in `x.T` ("columns"), or at every
    other place ("gaps").
    """
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    if layout == "columns":
        backwards = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(backwards).clone(memory_format=torch.contiguous_format).permute(backwards)
    return tensor.clone()
