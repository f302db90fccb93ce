# what is wrong: k is the number of wins of the first method, also where the second is the better one, so its victory never counts.
# told: counts_one_methods_wins
import math


def cost_to_target(costs, losses, target, *, hold=1):
    begin, streak = math.inf, 0
    for cost, loss in zip(costs.tolist(), losses.tolist()):
        if loss <= target:
            if streak == 0:
                begin = cost
            streak += 1
            if streak == hold:
                return float(begin)
        else:
            streak = 0
    return math.inf


def area_under_curve(costs, losses, *, log=False):
    costs = [float(c) for c in costs]
    losses = [float(l) for l in losses]
    for before, after in zip(costs, costs[1:]):
        if not after > before:
            raise ValueError(f"a cost of {after} after one of {before}")
    if log:
        for l in losses:
            if l <= 0:
                raise ValueError(f"no logarithm of {l}")
    for l in losses:
        if not math.isfinite(l):
            return math.inf
    if log:
        losses = [math.log(l) for l in losses]
    area = 0.0
    for i in range(len(costs) - 1):
        area += (costs[i + 1] - costs[i]) * (losses[i] + losses[i + 1]) / 2
    return area


def bootstrap_interval(values, statistic, *, level, resamples, generator):
    found = []
    for _ in range(resamples):
        resample = generator.choice(values, size=len(values), replace=True)
        found.append(float(statistic(resample)))
    found.sort()
    left_out = math.floor((1 - level) / 2 * resamples)
    return found[left_out], found[-1 - left_out]


def sign_test(first, second):
    if len(first) != len(second):
        raise ValueError("not the same number of seeds")
    if any(math.isnan(cost) for cost in [*first, *second]):
        raise ValueError("a cost is NaN")
    pairs = [(a, b) for a, b in zip(first, second) if a != b]
    n = len(pairs)
    k = sum(a < b for a, b in pairs)
    p = 2 * sum(math.comb(n, i) for i in range(k, n + 1)) / 2 ** n
    return min(1.0, p)
