"""What the suite of `convergence` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import numpy as np

STATISTICS = {"mean": np.mean, "median": np.median, "maximum": np.max, "first plus sum": lambda x: x[0] + x.sum()}


def intervals(work, name, collections, *, seed, **options):
    """The interval of each collection of values, by one generator; the values afterwards; the state of the global numbers.

    The last two are whether the global random numbers are as they were, and whether the generator was used.
    """
    generator = np.random.default_rng(seed)
    np.random.seed(7)
    globally, own = global_state(), str(generator.bit_generator.state)
    held = [values.copy() for values in collections]
    found = [list(work.bootstrap_interval(values, STATISTICS[name], generator=generator, **options)) for values in held]
    return found, held, global_state() == globally, str(generator.bit_generator.state) != own


def global_state():
    kind, keys, *rest = np.random.get_state()
    return kind, keys.tobytes(), rest


def sizes(work, values, **options):
    """The lengths of the arrays that the statistic was given, as a set in order, how many, and which values were in them."""
    seen = []

    def statistic(resample):
        seen.append(np.array(resample))
        return resample.sum()

    work.bootstrap_interval(values, statistic, generator=np.random.default_rng(1), **options)
    return sorted({each.shape for each in seen}), len(seen), sorted({float(x) for each in seen for x in each})
