r"""Other activations for any model: find them wherever they are registered, and put others into their places.

A model is a tree of modules. Each module has a dict of named children, and the path from the root to a module is its name:
`layer1.0.act`. An activation has a place in that tree, mostly as a leaf, so that

$$f = f_L \circ \phi \circ f_{L-1} \circ \dots \circ \phi \circ f_1 \quad\longrightarrow\quad
f' = f_L \circ \psi \circ f_{L-1} \circ \dots \circ \psi \circ f_1$$

needs no new model: the parent's dict gets another entry under the same name. The layers $f_i$ stay the same objects, with
their weights, their hooks and whatever an optimiser remembers of them. What makes it an exercise is that the tree is none: one
module may be registered in several places, and then it has several names and is still one.

Source: PyTorch's manual, "torch.nn.Module", `named_modules` and `get_submodule`; Ramachandran, Zoph and Le, "Searching for
activation functions" (2017), section 5, where relu is swapped for swish in given networks and nothing else is changed.
"""
from collections.abc import Callable

from torch import nn


def places(model: nn.Module, old: type | tuple[type, ...]) -> dict[str, nn.Module]:
    """{path: module} for each place below `model` at which a module of the class `old`, or of one of several, is registered.

    A path is what `model.get_submodule` takes, and the order is that in which the modules were registered, depth first, as
    in `named_modules`. A module that is registered in several places comes once for each of its paths. A name that is
    registered for no module, with None, is no place.

    The class counts as it is: a subclass is another activation, as `nn.ReLU6` is no `nn.Hardtanh`, and is found only where it
    is named itself. What is inside a module that is found belongs to it and is not listed. The root has no place: it is never
    found, whatever its class, and what is below it is listed as ever.

    >>> model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Tanh(), nn.ReLU()))
    >>> places(model, nn.ReLU)
    {'1': ReLU(), '2.1': ReLU()}
    """
    ### BEGIN SOLUTION
    classes = old if isinstance(old, tuple) else (old,)
    found = {}

    def look(parent, before):
        # The dict itself: named_children() passes over a module that it has met, also under another name.
        for name, child in parent._modules.items():
            if type(child) in classes:
                found[before + name] = child
            elif child is not None:                                       # None: a name that was registered for no module
                look(child, f"{before}{name}.")

    look(model, "")
    return found
    ### END SOLUTION


def swap_activations(model: nn.Module, old: type | tuple[type, ...], new: Callable[[nn.Module], nn.Module]) -> None:
    """Replace every module of `places(model, old)` by what `new` makes of it, in place.

    new  is called once for each module that is replaced, with that module; the result takes its place. A module with several
         places is replaced in all of them by the same new one, so what was shared stays shared. What `new` returns may be of
         a class in `old` or contain the module that it was given; it is put in as it is, and nothing in it is replaced. `new`
         does not change the mode of the module that it is given.

    A new module takes over the mode of the one that it replaces, training or evaluation. It is moved to the device of the
    model, and its floating-point parameters and buffers get the model's dtype; those of integers keep theirs. Device and dtype
    of the model are those of its first floating-point parameter before anything is replaced. Where it has none, nothing is
    moved.

    All else stays as it is: the other modules, their order and hooks, and every parameter of theirs is the object that it was.

    Raises ValueError, and changes nothing, where `model` itself is of a class in `old`: no parent has a place for the new one.
    Here too a subclass counts as another class.
    Where `new` raises an error, it goes on to the caller, and the model is as it was.

    >>> model = nn.Sequential(nn.Linear(2, 2), nn.LeakyReLU(0.1), nn.Sequential(nn.LeakyReLU(0.3)))
    >>> swap_activations(model, nn.LeakyReLU, lambda each: nn.LeakyReLU(each.negative_slope / 2))
    >>> model
    Sequential(
      (0): Linear(in_features=2, out_features=2, bias=True)
      (1): LeakyReLU(negative_slope=0.05)
      (2): Sequential(
        (0): LeakyReLU(negative_slope=0.15)
      )
    )
    """
    ### BEGIN SOLUTION
    if type(model) in (old if isinstance(old, tuple) else (old,)):
        raise ValueError(f"the model itself is a {type(model).__name__}, and no module holds it")

    # All of the new ones are made before the first is put in: an error of `new` finds the model whole.
    found, made = places(model, old), {}
    like = next((p for p in model.parameters() if p.is_floating_point()), None)
    for module in found.values():
        if module not in made:                                            # modules are told apart by identity
            fresh = new(module).train(module.training)
            made[module] = fresh if like is None else fresh.to(like.device, like.dtype)

    for path, module in found.items():
        parent, _, name = path.rpartition(".")
        model.get_submodule(parent)._modules[name] = made[module]         # the same key: the order stays
    ### END SOLUTION

### BEGIN AFTERWORD
# First look, then make, then put in: three steps that could have been one loop, and each wrong way of doing this is such a
# loop. Two things this function cannot do for you. A model that calls `F.relu` in its forward has no module to replace. And a
# new activation with parameters of its own is unknown to an optimiser that was made before: make the optimiser afterwards, or
# give it another group.
### END AFTERWORD

### BEGIN HINTS
# 1. `_modules` is a module's dict of its children by name. `named_children`, `children` and `named_modules` without options
#    pass over a module that they have met before, so a shared one shows one of its names only.
# 2. Recursion: for each (name, child) of the dict, list the child or go down into it, with the path so far and a full stop
#    before its name. For the swap, collect all places first, then make the new modules, one for each distinct old one (a dict
#    with modules as keys tells them apart), then put them in. `path.rpartition(".")` and `get_submodule` lead to the parent.
# 3. `for module in found.values(): if module not in made: made[module] = new(module).train(module.training)`, then
#    `.to(p.device, p.dtype)` with the first p of the model's parameters that has `p.is_floating_point()`; and at the end
#    `model.get_submodule(parent)._modules[name] = made[module]`.
### END HINTS
