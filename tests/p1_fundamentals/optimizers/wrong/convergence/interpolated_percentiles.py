# what is wrong: np.quantile interpolates between two statistics, which gives values that no resample had, and NaN between infinities.
# told: interpolates
import math
from collections.abc import Callable

import numpy as np


def cost_to_target(costs: np.ndarray, losses: np.ndarray, target: float, *, hold: int = 1) -> float:
    if len(losses) < hold:
        return math.inf
    held = np.lib.stride_tricks.sliding_window_view(losses <= target, hold).all(axis=1)
    return float(costs[np.argmax(held)]) if held.any() else math.inf


def area_under_curve(costs: np.ndarray, losses: np.ndarray, *, log: bool = False) -> float:
    c, l = costs.astype(np.float64), losses.astype(np.float64)
    if not np.all(c[1:] > c[:-1]):
        raise ValueError("the costs have to be strictly increasing")
    if log and np.any(l <= 0):
        raise ValueError("a loss of 0 or less has no logarithm")
    if not np.all(np.isfinite(l)):
        return math.inf
    if log:
        l = np.log(l)
    return float(np.dot(np.diff(c), (l[1:] + l[:-1]) / 2))


def bootstrap_interval(values: np.ndarray, statistic: Callable, *, level: float, resamples: int,
                       generator: np.random.Generator) -> tuple[float, float]:
    n = len(values)
    samples = values[generator.integers(n, size=(resamples, n))]
    statistics = [float(statistic(sample)) for sample in samples]
    low, high = np.quantile(statistics, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def sign_test(first: np.ndarray, second: np.ndarray) -> float:
    if first.shape != second.shape:
        raise ValueError(f"shapes {first.shape} and {second.shape}")
    if np.isnan(first).any() or np.isnan(second).any():
        raise ValueError("NaN is no cost")
    n = int(np.count_nonzero(first != second))
    k = max(int(np.count_nonzero(first < second)), int(np.count_nonzero(first > second)))
    return min(1.0, 2.0 * (sum(math.comb(n, i) for i in range(k, n + 1)) / 2 ** n))
