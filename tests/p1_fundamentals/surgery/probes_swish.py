"""What the suite of `swish` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. Those for values also run on
an oracle in the module's place.
"""
import contextlib

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode


def laid_out(tensor, layout):
    """A copy that lies in memory row by row ("rows"), with the first axis nearest ("columns"), or at every other place."""
    if layout == "gaps":
        return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]
    if layout == "columns":
        backwards = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(backwards).contiguous().permute(backwards)
    return tensor.clone()


def both_ways(work, x, grad, beta, *, layout="rows", needs=(True, True)):
    """The value, the gradients by x and by beta, and then x and grad as they are at the end.

    Where beta is a tensor it is made a leaf. `needs` says which of the two require a gradient; one that does not has None.
    """
    x, grad = laid_out(x, layout).requires_grad_(needs[0]), laid_out(grad, layout)
    beta = beta.clone().requires_grad_(needs[1]) if isinstance(beta, torch.Tensor) else beta
    y = work.swish(x, beta)
    leaves = [each for each in (x, beta) if isinstance(each, torch.Tensor) and each.requires_grad]
    found = dict(zip(map(id, leaves), torch.autograd.grad(y, leaves, grad)))
    return y.detach(), found.get(id(x)), found.get(id(beta)), x.detach(), grad


def twice(work, x, grad, beta, directions):
    """The gradients of <d, of x> + <e, of beta> by x, by beta and by grad, where (d, e) = directions."""
    leaves = [each.clone().requires_grad_() for each in (x, beta, grad)]
    first = torch.autograd.grad(work.swish(*leaves[:2]), leaves[:2], leaves[2], create_graph=True)
    return torch.autograd.grad(first, leaves, directions)


# ── What is kept, and what is computed ──────────────────────────────────────────────────────────────────────────


class Made(TorchDispatchMode):
    """Sees each operator: the memory of what it returns, by weak references, and how many elements it has."""

    def __init__(self):
        super().__init__()
        self.memory, self.elements = {}, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for each in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(each, torch.Tensor):
                storage = each.untyped_storage()
                self.memory[StorageWeakRef(storage)] = storage.nbytes() // each.element_size()
                self.elements += each.numel()
        return result

    def alive(self, *others):
        """How many numbers each piece of memory has that is still there and is none of these tensors'."""
        known = {StorageWeakRef(other.untyped_storage()) for other in others}
        return [count for memory, count in self.memory.items() if memory not in known and not memory.expired()]


@contextlib.contextmanager
def saved(found):
    """Notes how many numbers each tensor has that autograd is asked to keep."""
    def pack(tensor):
        found.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield


def kept(work, kind, x, beta, *, layout="rows"):
    """The value, what save_for_backward was given, and what else outlives the call once its result is let go.

    Both are lists of numbers of elements; those of 0-d tensors are left out. `kind` is "function" for swish with beta
    as a float, "tensor" for swish with a tensor that requires a gradient, or "fixed" or "learned" for a module.
    """
    x = laid_out(x, layout).requires_grad_()
    if kind in ("function", "tensor"):
        tensor = torch.tensor(beta, dtype=x.dtype, requires_grad=True)
        call = lambda: work.swish(x, beta if kind == "function" else tensor)  # noqa: E731
    else:
        module = work.Swish(beta, learned=kind == "learned").to(x.dtype)
        call = lambda: module(x)  # noqa: E731
    found, made = [], Made()
    with saved(found), made:
        y = call()
    node, value = y.grad_fn, y.detach().clone()
    del y
    outlived = made.alive(x)
    del node
    return value, *([count for count in counts if count > 1] for counts in (found, outlived))


def changed_before_the_way_back(work, x):
    """The class of the error of a way back before which x was changed in place, or ""."""
    leaf = x.clone().requires_grad_()
    hidden = leaf * 1
    y = work.swish(hidden, 1.5)
    hidden.add_(1)
    try:
        y.sum().backward()
    except NotImplementedError:
        raise
    except Exception as error:
        return type(error).__name__
    return ""


def elements_computed(work, x, grad, beta):
    """How many elements the way back computes: where both require a gradient, x alone, and beta alone."""
    counts = []
    for needs in ((True, True), (True, False), (False, True)):
        leaves = [each.clone().requires_grad_(need) for each, need in zip((x, beta), needs)]
        y = work.swish(*leaves)
        with Made() as made:
            torch.autograd.grad(y, [leaf for leaf in leaves if leaf.requires_grad], grad)
        counts.append(made.elements)
    return counts


# ── The module ──────────────────────────────────────────────────────────────────────────────────────────────────


def facts(work, beta, learned):
    """The shapes of the parameters and of the state, and whether beta is a Parameter, a float or something else."""
    module = work.Swish(beta, learned=learned)
    kind = next((each.__name__ for each in (torch.nn.Parameter, torch.Tensor, float) if isinstance(module.beta, each)), "other")
    return ({name: list(each.shape) for name, each in module.named_parameters()},
            {name: list(each.shape) for name, each in module.state_dict().items()}, kind,
            float(torch.as_tensor(module.beta).detach()))


def through_module(work, x, grad, beta, learned):
    """The value, the gradient by x, and that by beta where it is learned, of a module whose dtype is made that of x."""
    module, x = work.Swish(beta, learned=learned).to(x.dtype), x.clone().requires_grad_()
    y = module(x)
    return y.detach(), *torch.autograd.grad(y, [x, *module.parameters()], grad)


def after_a_step(work, x, beta, step):
    """The value of a learned Swish after its parameter was changed in place, as an optimiser does."""
    module = work.Swish(beta, learned=True).to(x.dtype)
    module(x)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += step
    return module(x).detach()


def recorded(work, x, grad_mode, needs):
    """Whether the result requires a gradient, for x that requires one or not, with gradients on or off."""
    with torch.set_grad_enabled(grad_mode):
        return work.swish(x.clone().requires_grad_(needs), 1.5).requires_grad
