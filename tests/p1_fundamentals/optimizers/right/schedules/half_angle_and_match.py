# how: half a cosine is written as the square of a cosine of half the angle, with guard clauses and a match statement.
import math


def _half_cosine(high: float, low: float, s: float) -> float:
    weight = math.cos(math.pi * s / 2) ** 2
    return weight * high + (1 - weight) * low


def _line(high: float, low: float, s: float) -> float:
    return (1 - s) * high + s * low


def constant(step: int, *, warmup: int, peak: float = 1.0) -> float:
    return peak / (warmup + 1) * min(step + 1, warmup + 1)


def inverse_sqrt(step: int, *, warmup: int, peak: float = 1.0) -> float:
    number, top = step + 1, warmup + 1
    if number < top:
        return peak / top * number
    return peak / math.sqrt(number / top)


def cosine(step: int, *, warmup: int, total: int, peak: float = 1.0, floor: float = 0.0) -> float:
    gaps = total - 1 - warmup
    if gaps < 1:
        raise ValueError("total is less than warmup + 2")
    if step < warmup:
        return constant(step, warmup=warmup, peak=peak)
    return _half_cosine(peak, floor, min(step - warmup, gaps) / gaps)


def one_cycle(step: int, *, total: int, peak: float = 1.0, pct_start: float = 0.3, div_factor: float = 25.0,
              final_div_factor: float = 1e4, anneal: str = "cos") -> float:
    match anneal:
        case "cos":
            curve = _half_cosine
        case "linear":
            curve = _line
        case _:
            raise ValueError(f"anneal: {anneal!r}")
    if not (pct_start * total > 1 and pct_start * total < total):
        raise ValueError("a part without length")
    top = pct_start * total - 1
    first = peak / div_factor
    step = min(step, total - 1)
    if step < top:
        return curve(peak, first, (top - step) / top)
    return curve(peak, first / final_div_factor, (step - top) / (total - 1 - top))


def set_rate(optimizer, factor: float) -> None:
    for group in optimizer.param_groups:
        group.update(initial_lr=group.get("initial_lr", group["lr"]))
        group.update(lr=group["initial_lr"] * factor)


def _between(start: float, end: float, progress: float, anneal: str) -> float:
    share = progress if anneal == "linear" else (1 - math.cos(math.pi * progress)) / 2
    return start + (end - start) * share
