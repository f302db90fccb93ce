# what is wrong: with log each trapezoid takes the logarithm of the mean of its two losses, not the mean of their logarithms.
# told: takes_the_logarithm_of_the_means
import math

import numpy as np


def cost_to_target(costs, losses, target, *, hold=1):
    answer, streak = math.inf, 0
    for i in reversed(range(len(losses))):
        streak = streak + 1 if losses[i] <= target else 0
        if streak >= hold:
            answer = float(costs[i])
    return answer


def area_under_curve(costs, losses, *, log=False):
    gaps = np.diff(np.asarray(costs, np.float64))
    losses = np.asarray(losses, np.float64)
    if not (gaps > 0).all():
        raise ValueError("costs must increase strictly")
    if log and (losses <= 0).any():
        raise ValueError("with log every loss must be above 0")
    if not np.isfinite(losses).all():
        return math.inf
    heights = (losses[:-1] + losses[1:]) / 2
    return float(gaps @ (np.log(heights) if log else heights))


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    statistics = np.empty(resamples)
    for r in range(resamples):
        statistics[r] = statistic(generator.choice(values, len(values)))
    low = math.floor(resamples * (1 - level) / 2)
    high = resamples - 1 - low
    parted = np.partition(statistics, (low, high))
    return parted[low].item(), parted[high].item()


def sign_test(first, second):
    if len(first) != len(second):
        raise ValueError("pairs are needed")
    if np.any(np.isnan(np.concatenate([first, second]))):
        raise ValueError("costs must not be NaN")
    better, worse = sorted((int(np.sum(first < second)), int(np.sum(second < first))), reverse=True)
    n = better + worse
    term, tail = 1, 1
    for i in range(n, better, -1):
        term = term * i // (n - i + 1)
        tail += term
    return min(1.0, 2 * tail / (1 << n))
