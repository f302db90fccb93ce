"""Corners and np.interp; for the cosine the share along the line is bent first."""
import numpy as np


def bent(share, anneal):
    return (1 - np.cos(np.pi * share)) / 2 if anneal == "cos" else share


def constant(step, *, warmup, peak=1.0):
    return float(np.interp(step, [-1, warmup], [0.0, peak]))


def inverse_sqrt(step, *, warmup, peak=1.0):
    return float(constant(step, warmup=warmup, peak=peak) * np.sqrt((warmup + 1) / (max(step, warmup) + 1)))


def cosine(step, *, warmup, total, peak=1.0, floor=0.0):
    if total - 1 - warmup < 1:
        raise ValueError(f"{total} steps with {warmup} of warm-up")
    if step < warmup:
        return float(np.interp(step, [-1, warmup], [0.0, peak]))
    share = np.interp(step, [warmup, total - 1], [0.0, 1.0])
    return float(peak - (peak - floor) * bent(share, "cos"))


def one_cycle(step, *, total, peak=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, anneal="cos"):
    if anneal != "cos" and anneal != "linear":
        raise ValueError(anneal)
    if not 1 < pct_start * total < total:
        raise ValueError("no length")
    corner = pct_start * total - 1
    up, down = np.interp(step, [0, corner], [0.0, 1.0]), np.interp(step, [corner, total - 1], [0.0, 1.0])
    low = peak / div_factor
    if step <= corner:
        return float(low + (peak - low) * bent(up, anneal))
    return float(peak + (low / final_div_factor - peak) * bent(down, anneal))


def set_rate(optimizer, factor):
    for number in range(len(optimizer.param_groups)):
        group = optimizer.param_groups[number]
        group.update(initial_lr=group.get("initial_lr", group["lr"]))
        group.update(lr=group["initial_lr"] * factor)
