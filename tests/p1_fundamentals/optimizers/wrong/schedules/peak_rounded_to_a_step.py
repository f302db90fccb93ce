# what is wrong: the peak of one-cycle is moved to a whole step, with int(pct_start * total) - 1.
# told: rounds_the_peak
import math


def constant(step, *, warmup, peak=1.0):
    return peak * min(1.0, (step + 1) / (warmup + 1))


def inverse_sqrt(step, *, warmup, peak=1.0):
    ratio = (step + 1) / (warmup + 1)
    return peak * min(ratio, ratio ** -0.5)


def cosine(step, *, warmup, total, peak=1.0, floor=0.0):
    if total - warmup < 2:
        raise ValueError("no room for the way down")
    if step < warmup:
        return constant(step, warmup=warmup, peak=peak)
    s = min(1.0, (step - warmup) / (total - 1 - warmup))
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * s))


def one_cycle(step, *, total, peak=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, anneal="cos"):
    if anneal not in ("linear", "cos"):
        raise ValueError("anneal is linear or cos")
    if not 1 < pct_start * total < total:
        raise ValueError("each part needs some length")
    first_lr = peak / div_factor
    last_lr = first_lr / final_div_factor
    up_steps = int(pct_start * total) - 1
    down_steps = total - 1 - up_steps
    if step < up_steps:
        return _between(first_lr, peak, step / up_steps, anneal)
    return _between(peak, last_lr, min(1.0, (step - up_steps) / down_steps), anneal)


def set_rate(optimizer, factor):
    for group in optimizer.param_groups:
        group["lr"] = factor * group.setdefault("initial_lr", group["lr"])


def _between(start, end, progress, anneal):
    share = progress if anneal == "linear" else (1 - math.cos(math.pi * progress)) / 2
    return start + (end - start) * share
