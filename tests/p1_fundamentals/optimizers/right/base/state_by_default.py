"""State in a defaultdict, groups added one by one, a decorator for step, and copies made by hand, level by level."""
from collections import defaultdict

import torch


def duplicate(thing):
    if isinstance(thing, torch.Tensor):
        return thing.detach().clone()
    if isinstance(thing, dict):
        return {key: duplicate(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return type(thing)(duplicate(value) for value in thing)
    return thing


class Optimizer:
    def __init__(self, params, defaults):
        if torch.is_tensor(params):
            raise TypeError("params is a tensor, and not an iterable of tensors")
        self.defaults = {**defaults}
        self.state = defaultdict(dict)
        self.param_groups = []
        params = [*params]
        if len(params) == 0:
            raise ValueError("there are no parameters")
        if isinstance(params[0], dict):
            for group in params:
                self._add(group)
        else:
            self._add({"params": params})
        if not self._params():
            raise ValueError("there are no parameters")

    def _add(self, group):
        group = dict(group)
        own = group["params"]
        group["params"] = [own] if torch.is_tensor(own) else [p for p in own]
        for p in group["params"]:
            if not torch.is_tensor(p):
                raise TypeError(f"{p!r} is no tensor")
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        together = self._params() + group["params"]
        if len({id(p) for p in together}) < len(together):
            raise ValueError("a tensor is there twice")
        self.param_groups.append(group)

    def zero_grad(self):
        for p in self._params():
            p.grad = None

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            with_gradient = list(filter(lambda p: p.grad is not None, group["params"]))
            if not with_gradient:
                continue
            self.update(with_gradient, group)

    def update(self, params, group):
        raise TypeError("a subclass writes update")

    def state_dict(self):
        state, groups, place = {}, [], 0
        for group in self.param_groups:
            packed = {name: duplicate(value) for name, value in group.items() if name != "params"}
            packed["params"] = []
            for p in group["params"]:
                if p in self.state:
                    state[place] = duplicate(self.state[p])
                packed["params"].append(place)
                place += 1
            groups.append(packed)
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved):
        if len(saved["param_groups"]) != len(self.param_groups):
            raise ValueError("another number of groups")
        for mine, theirs in zip(self.param_groups, saved["param_groups"]):
            if len(mine["params"]) != len(theirs["params"]):
                raise ValueError("another number of parameters in a group")
        self.state.clear()
        for mine, theirs in zip(self.param_groups, saved["param_groups"]):
            for p, place in zip(mine["params"], theirs["params"]):
                if place in saved["state"]:
                    self.state[p] = duplicate(saved["state"][place])
            mine |= duplicate({name: value for name, value in theirs.items() if name != "params"})

    def _params(self):
        return sum((group["params"] for group in self.param_groups), [])
