"""What the suite of `initialization` does beside the learner's functions, in the learner's process.

Generators, dtypes and activations do not cross the wire, so they are named here. A probe gets the exercise's module as
`work`, returns plain data, and holds no expected value.
"""
import torch


def draws(work, function, shape, seed, count=1, **options):
    """The weights of `count` calls, one after another, with one generator."""
    generator = torch.Generator().manual_seed(seed)
    return [getattr(work, function)(shape, generator, **with_dtype(options)) for _ in range(count)]


def draws_from_states(work, function, shape, states, **options):
    """The weights of a call for each (seed of the generator, numbers already drawn from it, seed of the global generator)."""
    found = []
    for seed, drawn, global_seed in states:
        torch.default_generator.manual_seed(global_seed)
        generator = torch.Generator().manual_seed(seed)
        torch.rand(drawn, generator=generator)
        found.append(getattr(work, function)(shape, generator, **with_dtype(options)))
    return found


def global_state_stays(work, function, shape):
    """Whether the global generator is after a call what it was before."""
    before = torch.default_generator.get_state()
    getattr(work, function)(shape, torch.Generator().manual_seed(1))
    return bool(torch.equal(before, torch.default_generator.get_state()))


def statistics(work, x, weights, activation):
    """What layer_statistics returns, as a list, and x and the weights as they are afterwards."""
    returned = work.layer_statistics(x, weights, ACTIVATIONS[activation])
    return list(returned) if isinstance(returned, tuple) else returned, x, weights


def with_dtype(options):
    return {name: getattr(torch, value) if name == "dtype" else value for name, value in options.items()}


ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "abs": torch.abs, "tanh + 10⁶": lambda z: torch.tanh(z) + 1e6}
