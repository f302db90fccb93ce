"""Windows over the record, all resamples drawn at once, and the tail of the binomial by recursion."""
import numpy as np


def cost_to_target(costs, losses, target, *, hold=1):
    if len(losses) < hold:
        return np.inf
    low = np.less_equal(losses, target)
    whole = np.lib.stride_tricks.sliding_window_view(low, hold).all(axis=1)
    return float(costs[np.argmax(whole)]) if whole.any() else np.inf


def area_under_curve(costs, losses, *, log=False):
    if np.any(costs[1:] <= costs[:-1]):
        raise ValueError("a cost is not larger than the one before")
    if log and np.any(losses <= 0):
        raise ValueError("no logarithm")
    if not np.all(np.isfinite(losses)):
        return np.inf
    if log:
        losses = np.log(losses)
    middle = 0.5 * (losses[1:] + losses[:-1])
    return float(middle @ (costs[1:] - costs[:-1]))


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    rows = values[generator.integers(0, values.size, (resamples, values.size))]
    found = np.sort([statistic(row) for row in rows])
    low = found[int(np.floor((resamples - 1) * (1 - level) / 2))]
    high = found[int(np.ceil((resamples - 1) * (1 + level) / 2))]
    return float(low), float(high)


def sign_test(first, second):
    if first.shape != second.shape:
        raise ValueError("not as many costs on both sides")
    if np.isnan(np.concatenate([first, second])).any():
        raise ValueError("NaN among the costs")
    signs = np.where(first < second, 1, np.where(first > second, -1, 0))
    n = int(np.abs(signs).sum())
    probabilities = np.array([1.0])
    for _ in range(n):
        probabilities = (np.append(probabilities, 0.0) + np.append(0.0, probabilities)) / 2
    k = max(int((signs > 0).sum()), int((signs < 0).sum()))
    return float(min(1.0, 2 * probabilities[k:].sum()))
