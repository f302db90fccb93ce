"""Closed forms, each in its own function, with the cosine as it stands in the paper."""
import math


def constant(step, *, warmup, peak=1.0):
    if step >= warmup:
        return peak
    return (step + 1) * peak / (warmup + 1)


def inverse_sqrt(step, *, warmup, peak=1.0):
    if step < warmup:
        return constant(step, warmup=warmup, peak=peak)
    return peak * (warmup + 1) ** 0.5 * (step + 1) ** -0.5


def cosine(step, *, warmup, total, peak=1.0, floor=0.0):
    last = total - 1
    if last <= warmup:
        raise ValueError("no room for the way down")
    if step < warmup:
        return constant(step, warmup=warmup, peak=peak)
    if step >= last:
        return floor
    return floor + 0.5 * (peak - floor) * (1 + math.cos((step - warmup) / (last - warmup) * math.pi))


def one_cycle(step, *, total, peak=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, anneal="cos"):
    shapes = {"cos": lambda a, b, s: b + (a - b) / 2 * (1 + math.cos(math.pi * s)), "linear": lambda a, b, s: a + (b - a) * s}
    if anneal not in shapes:
        raise ValueError("anneal")
    rise = pct_start * total
    if rise <= 1 or rise >= total:
        raise ValueError("a part without length")
    step = min(step, total - 1)
    if step <= rise - 1:
        return shapes[anneal](peak / div_factor, peak, step / (rise - 1))
    return shapes[anneal](peak, peak / div_factor / final_div_factor, (step - rise + 1) / (total - rise))


def set_rate(optimizer, factor):
    for group in optimizer.param_groups:
        if "initial_lr" not in group:
            group["initial_lr"] = group["lr"]
        group["lr"] = group["initial_lr"] * factor
