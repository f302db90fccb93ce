"""Given: the figures of the chapter's sections on drift, drawn with your functions.

    python -m exercises.p3_systems.monitoring.figures [FOLDER]      nile.png, alarms.png, distances.png: half a minute

Without FOLDER they are written into figures/ beside the chapter.
"""
import math
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from rich.progress import track

from exercises.common.plots import BLUE, GREEN, ORANGE, PURPLE, STYLE

from .effect_size import mean_shift
from .ks_pvalue import exact_pvalue, kolmogorov, ks_pvalue
from .ks_statistic import ecdf, ks_statistic
from .many_features import benjamini_hochberg, bonferroni
from .psi import psi, psi_by_chance, wasserstein

LEVEL = 0.05

# The flow of the Nile at Aswan, in 10^8 m³ a year, from 1871 to 1970: Cobb, "The problem of the Nile: conditional solution to a
# change-point problem", Biometrika 65, 1978, table 1. The old dam at Aswan was begun in 1899.
NILE = np.array([
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140, 1100, 1210,
    1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120,
    1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676,
    649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170,
    912, 746, 919, 718, 714, 740], dtype=float)
FIRST_YEAR, CHANGE = 1871, 1899


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else Path("exercises/p3_systems/monitoring/figures")
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for draw, name in track([(draw_nile, "nile.png"), (draw_alarms, "alarms.png"), (draw_distances, "distances.png")], "drawing"):
            figure = draw()
            figure.savefig(folder / name)
            plt.close(figure)
            print(folder / name)


def draw_nile() -> plt.Figure:
    """The Nile before and after 1899: both distribution functions, and what the statistic is where nothing has changed."""
    before, after = NILE[:CHANGE - FIRST_YEAR], NILE[CHANGE - FIRST_YEAR:]
    n, m = len(before), len(after)
    statistic, location, _ = ks_statistic(before, after)
    print(f"Nile, {n} years against {m}: D = {statistic:.4f} at {location:.0f}, p = {ks_pvalue(statistic, n, m):.2e}")

    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    points = np.linspace(400, 1450, 2000)
    for sample, color, label in ((before, BLUE, f"{FIRST_YEAR}–{CHANGE - 1}, {n} years"), (after, ORANGE, f"{CHANGE}–1970, {m} years")):
        left.plot(points, ecdf(sample, points), color=color, label=label)
    low, high = (float(ecdf(sample, np.array([location]))[0]) for sample in (before, after))
    left.annotate("", (location, low), (location, high), arrowprops={"arrowstyle": "<->", "color": GREEN, "shrinkA": 0, "shrinkB": 0})
    left.text(location + 12, 0.58, f"D = {statistic:.3f}\nat {location:.0f}", color=GREEN)
    left.set(title="share of the years with at most this flow", xlabel="flow of the Nile at Aswan (10⁸ m³ a year)", ylim=(0, 1.02))
    left.legend(loc="upper left", fontsize=8)

    # D is a multiple of 1/504, the lowest common denominator of 28ths and 72nds.
    steps = np.arange(1, 401) / math.lcm(n, m)
    right.plot(steps, [exact_pvalue(float(step), n, m) for step in steps], color=BLUE, label="exact")
    right.plot(steps, kolmogorov(steps * math.sqrt(n * m / (n + m))), color=ORANGE, linestyle="--", label="Kolmogorov's limit")
    right.axhline(LEVEL, color="gray", linewidth=0.8)
    right.axvline(statistic, color=GREEN, linewidth=1)
    right.text(statistic - 0.01, 3e-3, "the Nile", color=GREEN, rotation=90, ha="right", va="bottom")
    right.text(0.0, LEVEL * 0.85, "0.05", color="gray", fontsize=8, va="top")
    right.set(title="p-value of each D, for 28 and 72 values", xlabel="D", yscale="log", ylim=(1e-11, 2))
    right.legend(loc="lower left", fontsize=8)
    return figure


def draw_alarms() -> plt.Figure:
    """How often a monitor calls where nothing has changed: by the number of features, and by the correlation of the stream."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    random, runs = np.random.default_rng(0), 1000
    counts = [1, 2, 5, 10, 20, 40]
    shares = {name: [] for name in ("each by itself", "Bonferroni", "Benjamini–Hochberg")}
    for features in counts:
        alarms = np.zeros(3)
        for _ in range(runs):
            p = random.uniform(size=features)
            alarms += [(p <= LEVEL).any(), (bonferroni(p) <= LEVEL).any(), (benjamini_hochberg(p) <= LEVEL).any()]
        for name, share in zip(shares, alarms / runs):
            shares[name].append(share)
    for (name, share), color, style in zip(shares.items(), (ORANGE, BLUE, GREEN), ("-", "-", "--")):
        left.plot(counts, share, style, color=color, marker="o", markersize=3, label=name)
    left.set(title="any alarm, and no feature has changed", xlabel="features, of which each is tested at 0.05", xscale="log", ylim=(0, 1))
    left.set_xticks(counts, labels=[str(each) for each in counts])
    left.minorticks_off()
    left.legend(fontsize=8)

    correlations, runs = [0, 0.3, 0.5, 0.7, 0.9], 300
    found = {"KS": [], "shift, all values independent": [], "shift, effective size": []}
    for r in correlations:
        alarms = np.zeros(3)
        for _ in range(runs):
            stream = correlated(random, 700, r)
            reference, window = stream[:500], stream[500:]
            d, p = mean_shift(reference, window)
            naive = math.erfc(abs(d) / math.sqrt(1 / 500 + 1 / 200) / math.sqrt(2))
            statistic, _, _ = ks_statistic(reference, window)
            alarms += [ks_pvalue(statistic, 500, 200, method="asymptotic") <= LEVEL, naive <= LEVEL, p <= LEVEL]
        for name, share in zip(found, alarms / runs):
            found[name].append(share)
    for (name, share), color in zip(found.items(), (PURPLE, ORANGE, BLUE)):
        right.plot(correlations, share, color=color, marker="o", markersize=3, label=name)
        print(f"{name}: alarms at a correlation of {correlations}: {[round(float(each), 3) for each in share]}")
    for axis in (left, right):
        axis.axhline(LEVEL, color="gray", linewidth=0.8)
    right.set(title="alarms where nothing changes, window of 200", xlabel="correlation with the value before (AR(1))", ylim=(0, 1))
    right.legend(fontsize=8)
    print("features:", counts, {name: [round(float(each), 3) for each in share] for name, share in shares.items()})
    return figure


def correlated(random: np.random.Generator, n: int, r: float) -> np.ndarray:
    """An AR(1) stream of n values with standard deviation 1."""
    x = np.empty(n)
    x[0], noise = random.normal(), random.normal(0, math.sqrt(1 - r * r), n)
    for t in range(1, n):
        x[t] = r * x[t - 1] + noise[t]
    return x


def draw_distances() -> plt.Figure:
    """PSI where nothing has changed, against its rule of thumb; and how three distances grow with a shift."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    random, sizes = np.random.default_rng(1), [50, 100, 200, 500, 1000, 2000]
    middle, ends = [], []
    for n in sizes:
        index = [psi(random.normal(size=n), random.normal(size=n)) for _ in range(300)]
        middle.append(np.mean(index))
        ends.append(np.quantile(index, [0.05, 0.95]))
    left.fill_between(sizes, *np.transpose(ends), color=BLUE, alpha=0.2, label="5 % to 95 %")
    left.plot(sizes, middle, "o", color=BLUE, markersize=4, label="mean")
    left.plot(sizes, [psi_by_chance(10, n, n) for n in sizes], color=GREEN, label="(B − 1)(1/n + 1/m)")
    for bound, name in ((0.1, "“warning”"), (0.25, "“alarm”")):
        left.axhline(bound, color=ORANGE, linestyle="--", linewidth=1)
        left.text(2000, bound * 1.05, name, color=ORANGE, ha="right", fontsize=8)
    left.set(title="PSI of two samples of one distribution, 10 bins", xlabel="values in each sample", xscale="log", yscale="log")
    left.set_xticks(sizes, labels=[str(n) for n in sizes])
    left.minorticks_off()
    left.legend(fontsize=8, loc="lower left")
    print("PSI by chance:", dict(zip(sizes, np.round(middle, 4).tolist())))

    reference, noise, shifts = random.normal(size=1000), random.normal(size=1000), np.linspace(0, 6, 25)
    curves = {"KS": [ks_statistic(reference, noise + shift)[0] for shift in shifts],
              "Wasserstein": [wasserstein(reference, noise + shift) for shift in shifts],
              "PSI": [psi(reference, noise + shift) for shift in shifts]}
    for (name, curve), color in zip(curves.items(), (PURPLE, BLUE, ORANGE)):
        right.plot(shifts, curve, color=color, label=name)
    right.set(title="three distances of a sample that was shifted", xlabel="shift, in standard deviations")
    right.legend(fontsize=8)
    return figure


if __name__ == "__main__":
    main(sys.argv[1:])
