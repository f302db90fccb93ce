"""A cumulative count for the rows of records, np.percentile with another method, and log-gamma for the binomials."""
import math

import numpy as np


def cost_to_target(costs, losses, target, *, hold=1):
    counts = np.concatenate([[0], np.cumsum(losses <= target)])
    for start in range(len(losses) - hold + 1):
        if counts[start + hold] - counts[start] == hold:
            return costs[start].item()
    return math.inf


def area_under_curve(costs, losses, *, log=False):
    steps = costs[1:] - costs[:-1]
    if steps.size and steps.min() <= 0:
        raise ValueError("costs")
    if log:
        if (losses <= 0).any():
            raise ValueError("losses")
        losses = np.log(losses)
    if np.isnan(losses).any() or np.isinf(losses).any():
        return math.inf
    return float(np.sum(steps * losses[1:]) / 2 + np.sum(steps * losses[:-1]) / 2)


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    n = values.shape[0]
    found = []
    while len(found) < resamples:
        places = np.floor(generator.random(n) * n).astype(int)
        found.append(statistic(values[places]))
    low, = np.percentile(found, [50 * (1 - level)], method="higher")
    high, = np.percentile(found, [50 * (1 + level)], method="lower")
    return low.item(), high.item()


def sign_test(first, second):
    if len(first) != len(second):
        raise ValueError("pairs are needed")
    if not (first == first).all() or not (second == second).all():
        raise ValueError("NaN")
    wins, losses = np.count_nonzero(first < second), np.count_nonzero(second < first)
    n = wins + losses

    def share(i):
        return math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2))

    return min(1.0, 2 * math.fsum(share(i) for i in range(max(wins, losses), n + 1)))
