# what is wrong: after the peak the rate is peak * sqrt(warmup / step), with both counted from 0 instead of from 1.
# told: counts_from_zero
import math


def _ramp(step, warmup, peak):
    return peak * (step + 1) / (warmup + 1)


def _walk(step, phases, anneal):
    for begin, end, low, high in phases:
        if step < end:
            return _between(low, high, (step - begin) / (end - begin), anneal)
    return phases[-1][3]


def constant(step: int, *, warmup: int, peak: float = 1.0) -> float:
    if step >= warmup:
        return peak
    return _ramp(step, warmup, peak)


def inverse_sqrt(step: int, *, warmup: int, peak: float = 1.0) -> float:
    if step > warmup:
        return peak * math.sqrt(max(warmup, 1) / step)
    return _ramp(step, warmup, peak)


def cosine(step: int, *, warmup: int, total: int, peak: float = 1.0, floor: float = 0.0) -> float:
    if not total >= warmup + 2:
        raise ValueError(f"{total} steps with {warmup} of warm-up")
    if step < warmup:
        return _ramp(step, warmup, peak)
    return _walk(step, [(warmup, total - 1, peak, floor)], "cos")


def one_cycle(step: int, *, total: int, peak: float = 1.0, pct_start: float = 0.3, div_factor: float = 25.0,
              final_div_factor: float = 1e4, anneal: str = "cos") -> float:
    if anneal not in {"linear", "cos"}:
        raise ValueError(f"unknown anneal: {anneal}")
    if not 1 < pct_start * total < total:
        raise ValueError("pct_start * total has to be between 1 and total")
    top, first = pct_start * total - 1, peak / div_factor
    return _walk(step, [(0, top, first, peak), (top, total - 1, peak, first / final_div_factor)], anneal)


def set_rate(optimizer, factor: float) -> None:
    for group in optimizer.param_groups:
        try:
            first = group["initial_lr"]
        except KeyError:
            first = group["initial_lr"] = group["lr"]
        group["lr"] = first * factor


def _between(start: float, end: float, progress: float, anneal: str) -> float:
    share = progress if anneal == "linear" else (1 - math.cos(math.pi * progress)) / 2
    return start + (end - start) * share
