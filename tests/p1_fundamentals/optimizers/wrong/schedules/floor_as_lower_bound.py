# what is wrong: the cosine runs from the peak to 0 and is cut off at the floor, instead of ending there.
# told: cuts_off_at_the_floor
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
    return max(floor, peak * 0.5 * (1 + math.cos(math.pi * s)))


def one_cycle(step, *, total, peak=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, anneal="cos"):
    if anneal != "linear" and anneal != "cos":
        raise ValueError("anneal is linear or cos")
    rising = pct_start * total
    if rising <= 1 or rising >= total:
        raise ValueError("each part needs some length")
    first = peak / div_factor
    if step < rising - 1:
        return _between(first, peak, step / (rising - 1), anneal)
    progress = min(1.0, (step - (rising - 1)) / (total - rising))
    return _between(peak, first / final_div_factor, progress, anneal)


def set_rate(optimizer, factor):
    for group in optimizer.param_groups:
        group["lr"] = factor * group.setdefault("initial_lr", group["lr"])


def _between(start, end, progress, anneal):
    share = progress if anneal == "linear" else (1 - math.cos(math.pi * progress)) / 2
    return start + (end - start) * share
