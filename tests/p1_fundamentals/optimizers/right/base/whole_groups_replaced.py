"""Loading replaces the groups as PyTorch does, everything is copied with one deepcopy, and a set of tensors finds twins."""
import copy
import itertools

import torch


class Optimizer:
    def __init__(self, params, defaults):
        if not hasattr(params, "__iter__") or isinstance(params, torch.Tensor):
            raise TypeError("an iterable of tensors or dicts")
        params = list(params)
        first = next(iter(params), None)
        self.param_groups = []
        for given in params if isinstance(first, dict) else [{"params": params}]:
            one = defaults | given
            one["params"] = [one["params"]] if isinstance(one["params"], torch.Tensor) else list(one["params"])
            self.param_groups.append(one)
        everything = self._params()
        if any(not isinstance(p, torch.Tensor) for p in everything):
            raise TypeError("each parameter is a tensor")
        if not everything or len(set(everything)) != len(everything):  # a tensor hashes by its identity
            raise ValueError("no parameter, or one that is there twice")
        self.defaults = defaults.copy()
        self.state = {}

    def zero_grad(self):
        for p in self._params():
            if p.grad is not None:
                p.grad = None

    def step(self):
        was = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        try:
            for group in self.param_groups:
                chosen = []
                for p in group["params"]:
                    if p.grad is not None:
                        chosen.append(p)
                if len(chosen) > 0:
                    self.update(chosen, group)
        finally:
            torch.set_grad_enabled(was)

    def update(self, params, group):
        raise TypeError("a subclass writes update")

    def state_dict(self):
        counter = itertools.count()
        groups = [dict(group, params=[next(counter) for _ in group["params"]]) for group in self.param_groups]
        state = {place: self.state[p] for place, p in enumerate(self._params()) if p in self.state}
        return copy.deepcopy({"state": state, "param_groups": groups})

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        shape = [len(group["params"]) for group in self.param_groups]
        if shape != [len(group["params"]) for group in saved["param_groups"]]:
            raise ValueError(f"groups of {shape} parameters are needed")
        params = self._params()
        self.state = {}
        for place in saved["state"]:
            self.state[params[place]] = saved["state"][place]
        for group, other in zip(self.param_groups, saved["param_groups"]):
            own = group["params"]
            group.clear()
            group.update(other)
            group["params"] = own

    def _params(self):
        return list(itertools.chain.from_iterable(group["params"] for group in self.param_groups))
