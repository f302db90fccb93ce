"""What the suite of `adam` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. `held` also runs on
`torch.optim` in its place.
"""
import torch


def in_place(work, name, params, gradients, layout, **options):
    """The memory of the parameters after all steps, and the gradients of the last step then.

    The parameters are looked at through tensors that share their memory, and not through the parameters themselves.
    """
    memory = [laid_out(each, layout) for each in params]
    leaves = [each.detach().requires_grad_() for each in memory]
    take_steps(getattr(work, name)(leaves, **options), leaves, gradients, layout)
    return [each.clone() for each in memory], [p.grad for p in leaves]


def go_on(work, name, params, states, gradients, step="int", **options):
    """The parameters after each step of an optimiser that has loaded a state for each parameter before the first step.

    With step="tensor" the "step" in each loaded state is a tensor, as torch.optim saves it. Returned is, too, the type of each
    "step" at the end.
    """
    if step == "tensor":
        states = [{**state, "step": torch.tensor(float(state["step"]))} for state in states]
    leaves = [each.clone().requires_grad_() for each in params]
    optimizer = getattr(work, name)(leaves, **options)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": dict(enumerate(states))})
    history = take_steps(optimizer, leaves, gradients)
    return history, [type(optimizer.state[p]["step"]).__name__ for p in leaves]


def held(work, name, params, gradients, **options):
    """What the optimiser keeps after all steps: the state of each parameter, and the bytes of all tensors within its reach.

    The state comes as a list of [key, type, dtype, shape], sorted; dtype and shape are those of a tensor, else "" and [].
    Parameters and gradients, and what shares memory with them, do not count.
    """
    leaves = [each.clone().requires_grad_() for each in params]
    optimizer = getattr(work, name)(leaves, **options)
    take_steps(optimizer, leaves, gradients)
    kept = [sorted([key, type(each).__name__, str(getattr(each, "dtype", "")), list(getattr(each, "shape", []))]
                   for key, each in optimizer.state.get(p, {}).items()) for p in leaves]
    others = {each.untyped_storage().data_ptr() for p in leaves for each in (p, p.grad)}
    storages = {each.untyped_storage().data_ptr(): each.untyped_storage().nbytes() for each in tensors_in(optimizer)}
    return kept, sum(size for place, size in storages.items() if place not in others)


def take_steps(optimizer, leaves, gradients, layout="rows"):
    """The parameters after each step."""
    history = []
    for arrived in gradients:
        for p, gradient in zip(leaves, arrived):
            p.grad = laid_out(gradient, layout)
        optimizer.step()
        history.append([p.detach().clone() for p in leaves])
    return history


def tensors_in(thing):
    """All tensors in an object, and in the dicts, lists, tuples and objects that it holds."""
    found, seen, waiting = [], set(), [thing]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, torch.Tensor):
            found.append(each)
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, (list, tuple, set)):
            waiting += each
        elif hasattr(each, "__dict__") and not isinstance(each, type):
            waiting.append(vars(each))
    return found


def laid_out(tensor, layout):
    """A copy of a tensor in memory: row by row ("rows"), column by column ("columns"), or every other place ("gaps")."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    if layout == "columns":
        backwards = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(backwards).clone(memory_format=torch.contiguous_format).permute(backwards)
    return tensor.clone()
