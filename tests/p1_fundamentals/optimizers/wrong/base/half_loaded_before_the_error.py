# what is wrong: the lengths are checked group by group while loading, so an error at a later group leaves the earlier ones
# changed
# told: compares_too_late
import copy
from collections.abc import Iterable

import torch
from torch import Tensor


class Optimizer:
    def __init__(self, params: Iterable, defaults: dict):
        if isinstance(params, Tensor):
            raise TypeError("params is a tensor; pass a list of tensors")
        self.defaults = {**defaults}
        self.param_groups = []
        self.state = {}

        loose = []
        for each in params:
            if isinstance(each, dict):
                self._add(each)
            else:
                loose.append(each)
        if loose and self.param_groups:
            raise TypeError("params holds tensors and dicts at once")
        if loose:
            self._add({"params": loose})
        if not self._params():
            raise ValueError("no parameter at all")

    def _add(self, given: dict) -> None:
        members = given["params"]
        members = [members] if isinstance(members, Tensor) else list(members)
        known = {id(p) for p in self._params()}
        for p in members:
            if not isinstance(p, Tensor):
                raise TypeError(f"{type(p).__name__} is not a tensor")
            if id(p) in known:
                raise ValueError("a tensor is there twice")
            known.add(id(p))
        group = {**self.defaults, **given}
        group["params"] = members
        self.param_groups.append(group)

    def zero_grad(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        for group in self.param_groups:
            params = []
            for p in group["params"]:
                if p.grad is not None:
                    params.append(p)
            if not params:
                continue
            with torch.no_grad():
                self.update(params, group)

    def update(self, params: list[Tensor], group: dict) -> None:
        raise TypeError(f"{type(self).__name__} has no update: a method is a subclass of Optimizer that writes one")

    @staticmethod
    def _settings(group: dict) -> dict:
        return copy.deepcopy({key: value for key, value in group.items() if key != "params"})

    def state_dict(self) -> dict:
        saved = {"state": {}, "param_groups": []}
        start = 0
        for group in self.param_groups:
            end = start + len(group["params"])
            for place, p in zip(range(start, end), group["params"]):
                if p in self.state:
                    saved["state"][place] = copy.deepcopy(self.state[p])
            entry = self._settings(group)
            entry["params"] = list(range(start, end))
            saved["param_groups"].append(entry)
            start = end
        return saved

    def load_state_dict(self, saved: dict) -> None:
        groups = saved["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("another number of groups was saved")
        state = {}
        for mine, other in zip(self.param_groups, groups):
            if len(mine["params"]) != len(other["params"]):
                raise ValueError("a group was saved with another number of parameters")
            for p, place in zip(mine["params"], other["params"]):
                if place in saved["state"]:
                    state[p] = copy.deepcopy(saved["state"][place])
            mine.update(self._settings(other))
        self.state.clear()
        self.state.update(state)

    def _params(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]
