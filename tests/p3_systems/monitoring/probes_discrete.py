"""What the suite of `discrete` does beside the learner's functions, in the learner's process.

A statistic is a function and does not cross the wire: they are made here. A probe gets the exercise's module as `work`,
returns plain data, and holds no expected value.
"""
import numpy as np


def two_results(work, function, several, layout):
    """The results of two calls, looked at when both are there, and the arguments as they are then."""
    several = [[laid_out(array, layout) for array in arguments] for arguments in several]
    return [result_of(getattr(work, function)(*arguments)) for arguments in several], several


def result_of(value):
    return list(value) if isinstance(value, tuple) else [value]


def laid_out(array, layout):
    """A copy: column by column in memory, or every second place of a longer array where `layout` is "gaps"."""
    if layout == "columns":
        return np.array(array, order="F")
    view = np.zeros((*array.shape, 2), array.dtype)[..., 0]
    view[...] = array
    return view


def difference(x, y):
    return np.mean(x) - np.mean(y)


def spread(x, y):
    """Never negative."""
    return abs(np.median(x) - np.median(y))


def of_ranges(x, y):
    """Other sizes give another sign, and it is not symmetric in x and y."""
    return np.max(x) - 2 * np.min(y)


def nothing(x, y):
    return float("nan")


STATISTICS = {"difference": difference, "spread": spread, "of_ranges": of_ranges, "nan": nothing}


def recorded(work, x, y, name, permutations, seed):
    """The p-value; the statistic's arguments of all calls, and its values; the samples afterwards; whether NumPy's
    global generator was left alone, and whether the generator that was given was used.
    """
    splits, values = [], []

    def statistic(first, second):
        splits.append([np.array(first), np.array(second)])
        values.append(float(STATISTICS[name](first, second)))
        return values[-1]

    x, y, rng = x.copy(), y.copy(), np.random.default_rng(seed)
    before, state = np.random.get_state()[1].copy(), str(rng.bit_generator.state)
    p = work.permutation_pvalue(x, y, statistic, permutations=permutations, rng=rng)
    alone = bool((np.random.get_state()[1] == before).all())
    sizes = [[len(first), len(second)] for first, second in splits]
    pools = [np.sort(np.concatenate(split)).tolist() for split in splits]
    own = sum(first.tolist() == x.tolist() and second.tolist() == y.tolist() for first, second in splits)
    return {"p": float(p), "sizes": sizes, "pools": pools, "own": own, "values": np.array(values), "after": [x, y],
            "alone": alone, "used": str(rng.bit_generator.state) != state}


def p_values(work, x, y, name, permutations, seeds):
    """The p-values for several seeds."""
    return np.array([work.permutation_pvalue(x, y, STATISTICS[name], permutations=permutations, rng=np.random.default_rng(seed))
                     for seed in seeds])


def refused(work, x, y, name, permutations):
    return work.permutation_pvalue(x, y, STATISTICS[name], permutations=permutations, rng=np.random.default_rng(0))
