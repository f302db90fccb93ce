"""Loops, and order statistics from a sorted list."""
import math
from fractions import Fraction

import numpy as np


def cost_to_target(costs, losses, target, *, hold=1):
    n = len(losses)
    for start in range(n - hold + 1):
        if all(losses[start + j] <= target for j in range(hold)):
            return float(costs[start])
    return float("inf")


def area_under_curve(costs, losses, *, log=False):
    for before, after in zip(costs, costs[1:]):
        if not before < after:
            raise ValueError("costs must increase")
    if log and any(loss <= 0 for loss in losses):
        raise ValueError("losses must be positive")
    if any(math.isnan(loss) or math.isinf(loss) for loss in losses):
        return math.inf
    heights = [math.log(loss) if log else float(loss) for loss in losses]
    total = 0.0
    for i in range(1, len(heights)):
        total += float(costs[i] - costs[i - 1]) * 0.5 * (heights[i] + heights[i - 1])
    return total


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    found = sorted(float(statistic(generator.choice(values, size=len(values), replace=True))) for _ in range(resamples))
    left_out = int((1 - level) / 2 * resamples)
    return found[left_out], found[resamples - 1 - left_out]


def sign_test(first, second):
    if len(first) != len(second):
        raise ValueError("lengths")
    score = [0, 0]
    for a, b in zip(first, second):
        if math.isnan(a) or math.isnan(b):
            raise ValueError("NaN")
        if a != b:
            score[int(a > b)] += 1
    n = sum(score)
    tail = sum(Fraction(math.comb(n, i), 2 ** n) for i in range(max(score), n + 1))
    return float(min(Fraction(1), 2 * tail))
