r"""The base of every optimiser: which tensors it moves, with which settings, and what it remembers of each.

A step of any first-order method has the same frame: for each parameter $p$ that has a gradient $g$,

$$s \leftarrow \mathrm{remember}(s, g), \qquad p \leftarrow p - \mathrm{update}(g, s, \text{settings}),$$

and methods differ in the two functions alone. What is around them is written here once. Parameters come in *groups*, each
with its own settings, so that a backbone may learn slowly and biases without weight decay. The *state* $s$ of a parameter
(a velocity, a mean square) outlives the step. Whoever saves a model in the middle of a training and forgets the state
resumes another training. The layout of `state_dict` is that of `torch.optim`, so each can read what the other has saved.

Source: the interface of PyTorch's `torch.optim.Optimizer`; Paszke et al., "PyTorch: an imperative style, high-performance
deep learning library" (NeurIPS 2019).
"""
import copy
from collections.abc import Iterable

import torch
from torch import Tensor


class Optimizer:
    """Parameter groups, gradients set to None, a step over all that have a gradient, state that is saved and loaded.

    defaults      the settings of a group that does not name its own: {"lr": 0.1, ...}
    param_groups  a list of dicts: "params" is the list of the group's tensors, and every setting has its key
    state         {tensor: dict}, what `update` keeps of a parameter; empty until a parameter takes part in a step

    A method is a subclass that writes `update`.
    """

    def __init__(self, params: Iterable, defaults: dict):
        """`params` is an iterable of tensors, which make one group, or of dicts, a group each: {"params": tensors, "lr": 0.01}.

        Every dict has "params", which may be any iterable of tensors, or a single tensor; `param_groups` has a list. What a
        dict does not set comes from `defaults`. The groups, their lists and `self.defaults` are new: nothing that came in is
        changed, and who sets another "lr" in a group later, or in a dict that came in, changes nothing else.

        Raises ValueError where there is no parameter at all, be it that all groups are empty, and where a tensor comes twice,
        in one group or in two: it would be moved twice in each step. Two tensors with equal numbers are no such case. Raises
        TypeError for a parameter that is not a tensor, and where `params` is itself a tensor, which would fall apart into rows.

        >>> a, b = torch.ones(2), torch.ones(3)
        >>> optimizer = Optimizer([{"params": [a]}, {"params": [b], "lr": 0.5}], {"lr": 0.1, "momentum": 0.9})
        >>> [(group["lr"], group["momentum"]) for group in optimizer.param_groups]
        [(0.1, 0.9), (0.5, 0.9)]
        """
        ### BEGIN SOLUTION
        if isinstance(params, Tensor):
            raise TypeError("the parameters are an iterable of tensors, not a tensor")
        groups = list(params)
        if groups and not isinstance(groups[0], dict):
            groups = [{"params": groups}]

        self.defaults, self.state, self.param_groups = dict(defaults), {}, []
        seen = set()                                                      # by identity: == compares the numbers of tensors
        for group in groups:
            tensors = group["params"]
            tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
            for tensor in tensors:
                if not isinstance(tensor, Tensor):
                    raise TypeError(f"a parameter is a tensor, not {type(tensor).__name__}")
                if id(tensor) in seen:
                    raise ValueError("a parameter comes twice; it would be moved twice in each step")
                seen.add(id(tensor))
            self.param_groups.append({**self.defaults, **group, "params": tensors})
        if not seen:
            raise ValueError("an optimiser needs a parameter: there is none (was a generator used up before?)")
        ### END SOLUTION

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to None. A gradient of zeros would still decay weights and move by momentum."""
        ### BEGIN SOLUTION
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None
        ### END SOLUTION

    def step(self) -> None:
        """Call `update(params, group)` once for each group, group after group, without recording a graph.

        `params` are the parameters of the group that have a gradient, in the group's order; a gradient of zeros is one. A group
        of which no parameter has a gradient is passed over. `group` is the dict in `param_groups` itself, with the settings
        that it has now: a method may note something in it. Afterwards graphs are recorded if they were before, and only then.

        >>> class Halve(Optimizer):
        ...     def update(self, params, group):
        ...         for p in params:
        ...             p -= group["share"] * p
        >>> p, q = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        >>> optimizer = Halve([p, q], {"share": 0.5})
        >>> (3 * p).backward()
        >>> optimizer.step()
        >>> p.item(), q.item()
        (0.5, 1.0)
        """
        ### BEGIN SOLUTION
        with torch.no_grad():
            for group in self.param_groups:
                params = [p for p in group["params"] if p.grad is not None]
                if params:
                    self.update(params, group)
        ### END SOLUTION

    def update(self, params: list[Tensor], group: dict) -> None:
        """Move each of `params` in place by its `grad`, as `group` sets it. A subclass writes it; here it is a TypeError."""
        raise TypeError(f"{type(self).__name__} has no update: a method is a subclass of Optimizer that writes one")

    def state_dict(self) -> dict:
        """{"state": {place: state}, "param_groups": [group, ...]}, in which a parameter is its place, counted over all groups.

        A group in it has the settings of the group, and in "params" the places. Only parameters that have a state are in
        "state". The state is copied, its tensors too, however deep they lie (a state may be a list of tensors): later steps do
        not change what was saved. The optimiser itself stays as it is.

        >>> a, b = torch.ones(2), torch.ones(3)
        >>> optimizer = Optimizer([{"params": [a]}, {"params": [b], "lr": 0.5}], {"lr": 0.1})
        >>> optimizer.state[b] = {"steps": 7}
        >>> saved = optimizer.state_dict()
        >>> saved["state"]
        {1: {'steps': 7}}
        >>> saved["param_groups"] == [{"lr": 0.1, "params": [0]}, {"lr": 0.5, "params": [1]}]
        True
        """
        ### BEGIN SOLUTION
        places = {id(p): place for place, p in enumerate(self._params())}
        state = {places[id(p)]: copy.deepcopy(kept) for p, kept in self.state.items()}
        groups = [copy.deepcopy({**group, "params": [places[id(p)] for p in group["params"]]}) for group in self.param_groups]
        return {"state": state, "param_groups": groups}
        ### END SOLUTION

    def load_state_dict(self, saved: dict) -> None:
        """Go on where the optimiser stood that saved this: its settings and its state, with this one's own parameters.

        The parameter at a place takes the state that was saved for that place, as a copy: `saved` is not changed, neither now
        nor by later steps. State that this optimiser had is gone. A training that is resumed so goes on bit for bit.

        `saved` has every setting of this optimiser. It may have more: what `torch.optim` has saved can be loaded too, and the
        groups then have its settings that are not known here as well. The groups may stay the same dicts or be new ones, so
        that after loading one asks `param_groups` anew.

        Raises ValueError, and then nothing has changed, where `saved` has another number of groups, or a group of it another
        number of parameters.
        """
        ### BEGIN SOLUTION
        theirs = saved["param_groups"]
        if [len(group["params"]) for group in theirs] != [len(group["params"]) for group in self.param_groups]:
            raise ValueError("what was saved has other groups: as many groups with as many parameters each are needed")

        params = self._params()
        places = [place for group in theirs for place in group["params"]]
        at = dict(zip(places, params))                                    # a parameter of ours for each place of theirs
        self.state = {at[place]: copy.deepcopy(kept) for place, kept in saved["state"].items()}
        for group, other in zip(self.param_groups, theirs):
            group.update(copy.deepcopy({key: value for key, value in other.items() if key != "params"}))
        ### END SOLUTION

    def _params(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]

### BEGIN AFTERWORD
# Look at what a step needs: tensors, settings, and a dict that remembers. Everything else in `torch.optim` is built from
# these. Note, too, where the identity of a tensor counts and not its numbers: two parameters may be equal today and not
# tomorrow, so they are told apart by `id`, and in the file that is saved by their places.
### END AFTERWORD

### BEGIN HINTS
# 1. Make the two ways of calling one at the start: a list of tensors becomes a list with a single dict. After that there
#    are only groups. A generator can be walked through once, so turn what comes into a list first.
# 2. `{**defaults, **group, "params": tensors}` is a group with all its settings. A tensor as a key of a dict is told by
#    its identity, but `in` on a list compares with ==. `copy.deepcopy` of a state copies its tensors.
# 3. In state_dict: `places = {id(p): i for i, p in enumerate(all parameters)}`, `{places[id(p)]: copy.deepcopy(s) for p, s
#    in self.state.items()}`. In load_state_dict: the k-th place of all their groups belongs to our k-th parameter; compare
#    the groups' lengths before you change anything.
### END HINTS
