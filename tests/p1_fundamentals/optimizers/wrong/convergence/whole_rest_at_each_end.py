# what is wrong: 1 - level is left out at each end, not half of it.
# told: leaves_out_twice_as_much
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
    heights = np.array(losses, np.float64)
    if gaps.size and not gaps.min() > 0:
        raise ValueError("costs must increase strictly")
    if log and np.any(heights <= 0):
        raise ValueError("with log every loss must be above 0")
    if np.any(np.isnan(heights) | np.isinf(heights)):
        return float("inf")
    if log:
        heights = np.log(heights)
    weights = np.zeros(len(heights))
    weights[:-1] += gaps / 2
    weights[1:] += gaps / 2
    return float(weights @ heights)


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    statistics = np.empty(resamples)
    for r in range(resamples):
        statistics[r] = statistic(generator.choice(values, len(values)))
    statistics.sort()
    alpha = 1 - level
    low = min(int(alpha * resamples), resamples - 1)
    high = max(resamples - 1 - low, 0)
    return statistics[low].item(), statistics[high].item()


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
