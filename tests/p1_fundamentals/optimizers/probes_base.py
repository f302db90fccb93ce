"""What the suite of `base` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. Those that train or save also
run on PyTorch's own base class in the place of the learner's: that is how the suite finds out what is right.
"""
import copy

import numpy as np
import torch


def remembering(work):
    """An optimiser of the probe's own, on the learner's base. Its state has an int, a tensor, and a tensor in a list."""

    class Remembering(work.Optimizer):
        def update(self, params, group):
            for p in params:
                kept = self.state.setdefault(p, {})
                if not kept:
                    kept.update(steps=0, velocity=torch.zeros_like(p), window=[torch.zeros_like(p)])
                kept["steps"] += 1
                kept["velocity"].mul_(group["momentum"]).add_(p.grad)
                p -= group["lr"] * (kept["velocity"] + kept["steps"] * kept["window"][0])
                kept["window"][0].add_(p.grad)

    return Remembering


def new_params(sizes):
    """Parameters of ones, all alike, in groups of these sizes; and all of them in one list."""
    groups = [[torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(size)] for size in sizes]
    return groups, [p for group in groups for p in group]


def new_optimizer(kind, sizes, settings, defaults):
    groups, params = new_params(sizes)
    return kind([{"params": group, **own} for group, own in zip(groups, settings)], dict(defaults)), params


def places_of(found, params):
    """For each tensor in `found` its place among `params`, by identity, or -1."""
    return [next((place for place, p in enumerate(params) if p is each), -1) for each in found]


def settings_of(optimizer):
    return [{key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups]


def state_of(optimizer, params):
    """A copy of the state of each parameter, {} for one without."""
    states = {id(p): kept for p, kept in optimizer.state.items()}
    return [copy.deepcopy(dict(states.get(id(p), {}))) for p in params]


def plain(saved):
    """A copy of a state dict in lists: its keys; [place, state] in the order of places; the settings; the places."""
    named = [[place if type(place) is int else type(place).__name__, dict(kept)] for place, kept in saved["state"].items()]
    groups = saved["param_groups"]
    return copy.deepcopy([
        sorted(saved), sorted(named, key=lambda pair: str(pair[0])),
        [{key: value for key, value in group.items() if key != "params"} for group in groups],
        [[place if type(place) is int else type(place).__name__ for place in group["params"]] for group in groups]])


def groups_of(work, sizes, settings, defaults, *, outer, inner):
    """What the groups are, of an optimiser that was given its parameters in these containers.

    Without `settings` it is given tensors, else dicts. Returned are the types of param_groups and of each "params"; the places
    of the parameters; the settings; `defaults` of the optimiser; and how many parameters have state.
    """
    wrap = {"list": list, "tuple": tuple, "generator": lambda each: (one for one in each), "tensor": lambda each: each[0]}
    groups, params = new_params(sizes)
    given = params if settings is None else [{"params": wrap[inner](group), **own} for group, own in zip(groups, settings)]
    optimizer = work.Optimizer(wrap[outer](given), dict(defaults))
    found = optimizer.param_groups
    kinds = [type(found).__name__, *(type(group["params"]).__name__ for group in found)]
    places = [places_of(group["params"], params) for group in found]
    return kinds, places, settings_of(optimizer), optimizer.defaults, len(optimizer.state)


def changes_on_both_sides(work, settings, defaults, number):
    """Whether what came in and what the optimiser has change each other: each is looked at after a change of the other.

    A list each for: what came in, after the optimiser was made, and after its first group was changed; its second group then;
    what the optimiser has before and after what came in was changed.
    """
    (first, second), _ = new_params([2, 1])
    defaults = dict(defaults)
    given = [{"params": first, **settings[0]}, {"params": second, **settings[1]}]

    def came_in():
        return [{**each, "params": len(each["params"])} for each in given], dict(defaults)

    def has():
        return [{**group, "params": len(group["params"])} for group in optimizer.param_groups], dict(optimizer.defaults)

    optimizer = work.Optimizer(given, defaults)
    made = came_in()
    group = optimizer.param_groups[0]
    group["lr"] = group["momentum"] = number
    group["params"].append(torch.ones(2))
    changed, neighbour = came_in(), has()[0][1]
    before = has()
    for each in (*given, defaults):
        each["lr"] = each["momentum"] = 2 * number
    first.clear()
    return made, changed, neighbour, before, has()


def error_of(work, case):
    """The classes of what the constructor raises in a case, [] for nothing."""
    p, q = (torch.ones(2, requires_grad=True) for _ in range(2))
    given = {
        "two tensors with equal numbers": lambda: [p, q],
        "the same in two groups": lambda: [{"params": [p]}, {"params": q}],
        "a group without tensors beside one that has some": lambda: [{"params": []}, {"params": [p, q]}],
        "an empty list": lambda: [],
        "an empty generator": lambda: (each for each in ()),
        "two groups without tensors": lambda: [{"params": []}, {"params": (each for each in ())}],
        "a tensor twice in a list": lambda: [p, q, p],
        "a tensor twice in a group": lambda: [{"params": [q]}, {"params": [p, p]}],
        "a tensor in two groups": lambda: [{"params": [p, q]}, {"params": [q]}],
        "a tensor alone in two groups": lambda: [{"params": p}, {"params": p}],
        "a list with a float": lambda: [p, 1.0],
        "a group with an array of NumPy": lambda: [{"params": [p]}, {"params": [np.ones(2)]}],
        "pairs of a name and a tensor": lambda: [("p", p), ("q", q)],
        "a tensor": lambda: torch.ones(2, 3),
    }[case]()
    try:
        work.Optimizer(given, {"lr": 0.5})
    except NotImplementedError:
        raise
    except Exception as error:
        return [each.__name__ for each in type(error).__mro__]
    return []


def gradients_cleared(work, numbers):
    """The gradients after zero_grad, and the tensors that were gradients, as they are then.

    The parameters are in two groups. The second has no gradient before, and the third is frozen, but has one.
    """
    params = [torch.ones(2) for _ in numbers]
    held = [None if number is None else torch.full((2,), number) for number in numbers]
    for place, (p, gradient) in enumerate(zip(params, held)):
        p.requires_grad_(place != 2)
        p.grad = gradient
    work.Optimizer([{"params": params[:2]}, {"params": params[2:]}], {"lr": 0.5}).zero_grad()
    return [p.grad for p in params], held


def calls_of_update(work, sizes, steps, rates, recording):
    """For each step [places of the parameters, place of the group, its "lr"] of each call of `update`.

    `steps` has for each step a number for each parameter, of which its gradient is full, or None. `rates` has for each step
    the learning rate that the groups are given before it; group number k takes it plus k. The place of a dict that is not in
    `param_groups` is -1. Then whether graphs are recorded in
    the calls, and whether they are after each step, where they are outside if `recording`.
    """
    calls, inside, after = [], [], []

    class Recorder(work.Optimizer):
        def update(self, given, group):
            calls[-1].append([places_of(given, params), *places_of([group], self.param_groups), group["lr"]])
            inside.append(torch.is_grad_enabled())

    optimizer, params = new_optimizer(Recorder, sizes, [{} for _ in sizes], {"lr": 99.0})
    for numbers, rate in zip(steps, rates):
        calls.append([])
        for p, number in zip(params, numbers):
            p.grad = None if number is None else torch.full_like(p, number)
        for place, group in enumerate(optimizer.param_groups):
            group["lr"] = rate + place
        with torch.set_grad_enabled(recording):
            optimizer.step()
            after.append(torch.is_grad_enabled())
    return calls, inside, after


def saved_twice(work, sizes, settings, defaults, places, number):
    """What `state_dict` returns, and what it returns when it is called again; the parameters at `places` have state."""
    optimizer, params = new_optimizer(work.Optimizer, sizes, settings, defaults)
    for count, place in enumerate(places):
        velocity = torch.full((2,), number + count)
        optimizer.state[params[place]] = {"steps": count, "velocity": velocity, "window": [velocity / 2]}
    return plain(optimizer.state_dict()), plain(optimizer.state_dict())


def trained(work, sizes, settings, defaults, gradients, stop=None):
    """The parameters after all steps, the state of each, and the settings of the groups.

    `gradients` has for each step a number for each parameter, of which its gradient is full, or None. With `stop` the training
    is interrupted there. Another optimiser goes on, with other tensors and settings, and with state that is not to stay.
    """
    kind = remembering(work)
    optimizer, params = new_optimizer(kind, sizes, settings, defaults)
    for number, arrived in enumerate(gradients):
        if number == stop:
            saved, values = optimizer.state_dict(), [p.detach().clone() for p in params]
            optimizer, params = new_optimizer(kind, sizes, [{} for _ in settings], {"lr": 64.0, "momentum": 32.0})
            for p, value in zip(params, values):
                p.data.copy_(value)
                optimizer.state[p] = {"steps": 50, "velocity": torch.ones_like(p), "window": [torch.ones_like(p)]}
            optimizer.load_state_dict(saved)
        take_step(optimizer, params, arrived)
    return params, state_of(optimizer, params), settings_of(optimizer)


def take_step(optimizer, params, numbers):
    for p, number in zip(params, numbers):
        p.grad = None if number is None else torch.full_like(p, number)
    optimizer.step()


def loaded(work, sizes, saved):
    """What an optimiser has after loading: its settings; the state of each parameter; the places of its parameters.

    Before, each of its parameters has state, and its settings are others.
    """
    optimizer, params = new_optimizer(work.Optimizer, sizes, [{} for _ in sizes], {"lr": 64.0, "momentum": 32.0})
    for p in params:
        optimizer.state[p] = {"old": torch.ones(2)}
    optimizer.load_state_dict(saved)
    places = [places_of(group["params"], params) for group in optimizer.param_groups]
    return settings_of(optimizer), state_of(optimizer, params), places


def copies(work, sizes, settings, defaults, gradients):
    """Pairs of what was and what is, which are to be equal, as each step is taken by one of three optimisers."""
    kind = remembering(work)
    optimizer, params = new_optimizer(kind, sizes, settings, defaults)

    def go_on(optimizer, params):
        for arrived in gradients:
            take_step(optimizer, params, arrived)
        for group in optimizer.param_groups:
            group["lr"] *= 2

    go_on(optimizer, params)
    saved = optimizer.state_dict()
    at_first = plain(saved)
    go_on(optimizer, params)
    later = plain(saved)

    saved = optimizer.state_dict()
    before = plain(saved)
    first, own = new_optimizer(kind, sizes, settings, defaults)
    second, others = new_optimizer(kind, sizes, settings, defaults)
    first.load_state_dict(saved)
    second.load_state_dict(saved)
    after_loading, of_second = plain(saved), state_of(second, others)
    go_on(first, own)
    return [at_first, later], [before, after_loading], [before, plain(saved)], [of_second, state_of(second, others)]


def loading_refused(work, sizes, others, numbers):
    """The classes of what load_state_dict raises for what an optimiser with groups of `others` sizes has saved.

    Then the settings, the states and the places of the parameters that the optimiser had before, and has after it.
    """
    kind = remembering(work)
    made = []
    for these, rate in zip((sizes, others), numbers):
        optimizer, params = new_optimizer(kind, these, [{"lr": rate + place} for place in range(len(these))], {"momentum": 0.5})
        take_step(optimizer, params, [rate] * len(params))
        made.append((optimizer, params))
    (optimizer, params), (other, _) = made

    def has():
        return [settings_of(optimizer), state_of(optimizer, params),
                [places_of(group["params"], params) for group in optimizer.param_groups]]

    saved, before, raised = other.state_dict(), has(), []
    try:
        optimizer.load_state_dict(saved)
    except NotImplementedError:
        raise
    except Exception as error:
        raised = [each.__name__ for each in type(error).__mro__]
    return raised, before, has()
