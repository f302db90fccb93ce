# what is wrong: after a step graphs are always recorded, also where the caller had switched recording off
# told: switches_recording_on
import copy
from collections.abc import Iterable

import torch
from torch import Tensor


class Optimizer:
    def __init__(self, params: Iterable, defaults: dict):
        if torch.is_tensor(params):
            raise TypeError("an iterable of tensors is needed, not one tensor")
        entries = list(params)
        if not entries:
            raise ValueError("no parameters")
        if not isinstance(entries[0], dict):
            entries = [dict(params=entries)]

        seen = {}
        built = []
        for entry in entries:
            if not isinstance(entry, dict):
                raise TypeError("groups and tensors cannot be mixed")
            members = entry["params"]
            if torch.is_tensor(members):
                members = (members,)
            own = []
            for member in members:
                if not torch.is_tensor(member):
                    raise TypeError(f"{member!r} is not a tensor")
                if id(member) in seen:
                    raise ValueError("the same tensor was given twice")
                seen[id(member)] = member
                own.append(member)
            group = dict(defaults)
            for key in entry:
                group[key] = own if key == "params" else entry[key]
            built.append(group)
        if not seen:
            raise ValueError("all groups are empty")

        self.defaults = dict(defaults)
        self.param_groups = built
        self.state = {}

    def zero_grad(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        torch.set_grad_enabled(False)
        try:
            for group in self.param_groups:
                ready = list(filter(lambda p: p.grad is not None, group["params"]))
                if len(ready) > 0:
                    self.update(ready, group)
        finally:
            torch.set_grad_enabled(True)

    def update(self, params: list[Tensor], group: dict) -> None:
        raise TypeError(f"{type(self).__name__} has no update: a method is a subclass of Optimizer that writes one")

    def state_dict(self) -> dict:
        place_of = {}
        for p in self._params():
            place_of[id(p)] = len(place_of)
        groups = []
        for group in self.param_groups:
            rest = copy.deepcopy({key: group[key] for key in group if key != "params"})
            rest["params"] = [place_of[id(p)] for p in group["params"]]
            groups.append(rest)
        state = {}
        for p in self._params():
            if p in self.state:
                state[place_of[id(p)]] = copy.deepcopy(self.state[p])
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: dict) -> None:
        here = [len(group["params"]) for group in self.param_groups]
        there = [len(group["params"]) for group in saved["param_groups"]]
        if here != there:
            raise ValueError(f"groups of {there} parameters were saved, and here are groups of {here}")
        fresh = copy.deepcopy({"state": saved["state"], "param_groups": saved["param_groups"]})

        owner = {}
        for group, loaded in zip(self.param_groups, fresh["param_groups"]):
            for p, place in zip(group["params"], loaded["params"]):
                owner[place] = p
        for group, loaded in zip(self.param_groups, fresh["param_groups"]):
            loaded.pop("params")
            for key, value in loaded.items():
                group[key] = value
        self.state = {owner[place]: value for place, value in fresh["state"].items() if place in owner}

    def _params(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]
