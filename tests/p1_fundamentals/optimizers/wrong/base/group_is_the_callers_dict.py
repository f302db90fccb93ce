# what is wrong: the dicts that the caller hands over are completed and kept, so the caller's dicts change and later settings
# reach into them
# told: changes_the_dicts
import copy
from collections.abc import Iterable

import torch
from torch import Tensor


def duplicate(thing):
    """A copy down to the tensors."""
    if isinstance(thing, Tensor):
        return thing.detach().clone().requires_grad_(thing.requires_grad)
    if type(thing) is dict:
        return {key: duplicate(value) for key, value in thing.items()}
    if type(thing) in (list, tuple):
        return type(thing)(duplicate(value) for value in thing)
    return copy.deepcopy(thing)


def as_groups(params):
    if isinstance(params, Tensor):
        raise TypeError("params must be an iterable of tensors or of dicts")
    params = [*params]
    if params and all(isinstance(each, dict) for each in params):
        return params
    return [{"params": params}]


def as_list(tensors):
    tensors = [tensors] if isinstance(tensors, Tensor) else [*tensors]
    for each in tensors:
        if not isinstance(each, Tensor):
            raise TypeError(f"expected a tensor, got {type(each)}")
    return tensors


class Optimizer:
    def __init__(self, params: Iterable, defaults: dict):
        self.defaults = defaults.copy()
        self.state = {}
        self.param_groups = []
        for group in as_groups(params):
            group["params"] = as_list(group["params"])
            for key, value in defaults.items():
                group.setdefault(key, value)
            self.param_groups.append(group)
        everything = self._params()
        if not everything:
            raise ValueError("an optimizer needs parameters")
        if len(set(map(id, everything))) != len(everything):
            raise ValueError("some parameter appears more than once")

    def zero_grad(self) -> None:
        for p in self._params():
            p.grad = None

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            if params := [p for p in group["params"] if p.grad is not None]:
                self.update(params, group)

    def update(self, params: list[Tensor], group: dict) -> None:
        raise TypeError(f"{type(self).__name__} has no update: a method is a subclass of Optimizer that writes one")

    def state_dict(self) -> dict:
        places = iter(range(len(self._params())))
        groups = []
        for group in self.param_groups:
            settings = {key: duplicate(value) for key, value in group.items() if key != "params"}
            groups.append(settings | {"params": [next(places) for _ in group["params"]]})
        state = {i: duplicate(self.state[p]) for i, p in enumerate(self._params()) if p in self.state}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: dict) -> None:
        theirs = saved["param_groups"]
        if len(theirs) != len(self.param_groups):
            raise ValueError("a different number of groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(self.param_groups, theirs)):
            raise ValueError("a group has a different number of parameters")

        state = {p: duplicate(saved["state"][i]) for i, p in enumerate(self._params()) if i in saved["state"]}
        groups = []
        for mine, other in zip(self.param_groups, theirs):
            settings = {key: duplicate(value) for key, value in other.items() if key != "params"}
            groups.append({**mine, **settings, "params": mine["params"]})
        self.state, self.param_groups = state, groups

    def _params(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]
