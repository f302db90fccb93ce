"""What the suite of `schedules` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
from types import SimpleNamespace


def rates(work, name, steps, **options):
    """The rates at these steps, in this order."""
    return [getattr(work, name)(step, **options) for step in steps]


def rates_of_groups(work, groups, factors):
    """The groups of an optimiser after each factor, and whether they are the same dicts in the same list as before."""
    optimizer = SimpleNamespace(param_groups=[dict(group) for group in groups])
    held = list(optimizer.param_groups)
    history = []
    for factor in factors:
        work.set_rate(optimizer, factor)
        history.append([dict(group) for group in optimizer.param_groups])
    return history, len(optimizer.param_groups) == len(held) and all(
        one is other for one, other in zip(optimizer.param_groups, held))


def with_a_later_group(work, groups, later, factors):
    """The rates of the groups after each factor; the group `later` comes before the last factor."""
    optimizer = SimpleNamespace(param_groups=[dict(group) for group in groups])
    history = []
    for place, factor in enumerate(factors, 1):
        if place == len(factors):
            optimizer.param_groups.append(dict(later))
        work.set_rate(optimizer, factor)
        history.append([group["lr"] for group in optimizer.param_groups])
    return history
