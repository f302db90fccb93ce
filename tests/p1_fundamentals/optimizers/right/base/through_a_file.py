"""Copies go through torch.save and torch.load, as a checkpoint does; twins are found by counting identities."""
import collections
import io

import torch


def through_a_file(thing):
    buffer = io.BytesIO()
    torch.save(thing, buffer)
    buffer.seek(0)
    return torch.load(buffer)


class Optimizer:
    def __init__(self, params, defaults):
        self.defaults = dict(defaults)
        self.state = {}
        if isinstance(params, torch.Tensor):
            raise TypeError("params is a tensor")
        entries = [entry for entry in params]
        if entries and not isinstance(entries[0], dict):
            entries = [dict(params=entries)]
        self.param_groups = []
        count = collections.Counter()
        for entry in entries:
            group = self.defaults.copy()
            group.update(entry)
            if isinstance(group["params"], torch.Tensor):
                group["params"] = (group["params"],)
            group["params"] = list(group["params"])
            for p in group["params"]:
                if not isinstance(p, torch.Tensor):
                    raise TypeError(type(p).__name__)
                count[id(p)] += 1
            self.param_groups.append(group)
        if not count:
            raise ValueError("no parameters")
        if max(count.values()) > 1:
            raise ValueError("a parameter is there more than once")

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self):
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                with torch.no_grad():
                    self.update(params, group)

    def update(self, params, group):
        raise TypeError("a subclass writes update")

    def state_dict(self):
        places, groups = {}, []
        for group in self.param_groups:
            for p in group["params"]:
                places[p] = len(places)
            groups.append({**group, "params": [places[p] for p in group["params"]]})
        return through_a_file({"state": {places[p]: kept for p, kept in self.state.items()}, "param_groups": groups})

    def load_state_dict(self, saved):
        if len(saved["param_groups"]) != len(self.param_groups) or any(
                len(one["params"]) != len(other["params"]) for one, other in zip(saved["param_groups"], self.param_groups)):
            raise ValueError("these are other groups")
        saved = through_a_file(saved)
        self.state = dict.fromkeys(())
        for group, other in zip(self.param_groups, saved["param_groups"]):
            for key in other:
                if key != "params":
                    group[key] = other[key]
            for p, place in zip(group["params"], other["params"]):
                kept = saved["state"].get(place)
                if kept is not None:
                    self.state[p] = kept
