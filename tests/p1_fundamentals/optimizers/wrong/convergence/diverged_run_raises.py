# what is wrong: with log a loss of NaN is taken for one that is not positive, so a diverged run raises instead of having an infinite area.
# told: raises_for_nan
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
    if any(not after > before for before, after in zip(costs, costs[1:])):
        raise ValueError("costs must be strictly increasing")
    if log:
        if not all(l > 0 for l in losses):
            raise ValueError("losses must be positive for their logarithm")
        losses = [math.log(l) for l in losses]
    if not all(math.isfinite(l) for l in losses):
        return math.inf
    return float(sum((costs[i + 1] - costs[i]) * (losses[i] + losses[i + 1]) / 2 for i in range(len(costs) - 1)))


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
    wins = [0, 0]
    for a, b in zip(first.tolist(), second.tolist()):
        if math.isnan(a) or math.isnan(b):
            raise ValueError("a cost is NaN")
        if a != b:
            wins[a > b] += 1
    n, k = sum(wins), max(wins)
    ways = 0
    for i in range(k, n + 1):
        ways += math.comb(n, i)
    return min(1.0, 2 * ways / 2 ** n)
