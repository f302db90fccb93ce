# what is wrong: update gets a new dict in the place of the group, so what a method notes in its group is lost after the step
# told: hands_over_another_dict
import copy
from collections.abc import Iterable

import torch
from torch import Tensor


class Optimizer:

    def __init__(self, params: Iterable, defaults: dict):
        if isinstance(params, Tensor):
            raise TypeError("params is a single tensor, and an iterable of tensors is expected: write [tensor]")
        given = list(params)
        groups = given if any(isinstance(each, dict) for each in given) else [{"params": given}]

        self.defaults = dict(defaults)
        self.state: dict[Tensor, dict] = {}
        self.param_groups: list[dict] = []
        for group in groups:
            if not isinstance(group, dict):
                raise TypeError(f"tensors and groups are mixed: {type(group).__name__} stands beside a dict")
            tensors = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
            self.param_groups.append({**self.defaults, **group, "params": tensors})

        for p in self._params():
            if not isinstance(p, Tensor):
                raise TypeError(f"a parameter is a tensor, not {type(p).__name__}")
        if not self._params():
            raise ValueError("there is no parameter")
        if len({id(p) for p in self._params()}) < len(self._params()):
            raise ValueError("a parameter comes twice")

    def zero_grad(self) -> None:
        for p in self._params():
            p.grad = None

    def step(self) -> None:
        with torch.no_grad():
            for group in self.param_groups:
                params = [p for p in group["params"] if p.grad is not None]
                if params:
                    self.update(params, {**group, "params": params})

    def update(self, params: list[Tensor], group: dict) -> None:
        raise TypeError(f"{type(self).__name__} has no update: a method is a subclass of Optimizer that writes one")

    def state_dict(self) -> dict:
        state = {place: copy.deepcopy(self.state[p]) for place, p in enumerate(self._params()) if p in self.state}
        groups, place = [], 0
        for group in self.param_groups:
            settings = {key: copy.deepcopy(value) for key, value in group.items() if key != "params"}
            count = len(group["params"])
            groups.append({**settings, "params": list(range(place, place + count))})
            place += count
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: dict) -> None:
        groups = saved["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError(f"{len(groups)} groups were saved, and there are {len(self.param_groups)} here")
        for number, (mine, other) in enumerate(zip(self.param_groups, groups)):
            if len(mine["params"]) != len(other["params"]):
                raise ValueError(f"group {number} was saved with {len(other['params'])} parameters, not {len(mine['params'])}")

        # All copies are made before the first change: whatever fails, fails with the optimiser as it was.
        settings = [{key: copy.deepcopy(value) for key, value in group.items() if key != "params"} for group in groups]
        places = [place for group in groups for place in group["params"]]
        state = {p: copy.deepcopy(saved["state"][place]) for p, place in zip(self._params(), places) if place in saved["state"]}

        for mine, new in zip(self.param_groups, settings):
            mine.update(new)
        self.state = state

    def _params(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]
