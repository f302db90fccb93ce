"""Schedules as lists of pieces: (from, to, first value, last value, shape)."""
import math


def _at(step, pieces):
    for begin, end, first, last, shape in pieces:
        if step <= end:
            s = (step - begin) / (end - begin)
            return first + (last - first) * shape(s)
    return pieces[-1][3]


def _line(s):
    return s


def _half_wave(s):
    return math.sin(math.pi * s / 2) ** 2


def constant(step, *, warmup, peak=1.0):
    return _at(step, [(-1, warmup, 0.0, peak, _line)])


def inverse_sqrt(step, *, warmup, peak=1.0):
    n, w = step + 1, warmup + 1
    return peak * math.sqrt(w) * min(1 / math.sqrt(n), n / w ** 1.5)


def cosine(step, *, warmup, total, peak=1.0, floor=0.0):
    if warmup + 2 > total:
        raise ValueError("too short")
    return _at(step, [(-1, warmup, 0.0, peak, _line), (warmup, total - 1, peak, floor, _half_wave)])


def one_cycle(step, *, total, peak=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, anneal="cos"):
    try:
        shape = {"cos": _half_wave, "linear": _line}[anneal]
    except KeyError:
        raise ValueError(f"no way of annealing: {anneal}") from None
    top = pct_start * total - 1
    if top <= 0 or top >= total - 1:
        raise ValueError("pct_start")
    return _at(step, [(0, top, peak / div_factor, peak, shape),
                      (top, total - 1, peak, peak / (div_factor * final_div_factor), shape)])


def set_rate(optimizer, factor):
    for group in optimizer.param_groups:
        base = group["initial_lr"] if "initial_lr" in group else group["lr"]
        group["initial_lr"], group["lr"] = base, base * factor
