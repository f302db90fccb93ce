"""What learners get wrong in `psi`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Bins ────────────────────────────────────────────────────────────────────────────────────────────────────────

EDGES = "np.unique(np.quantile(reference.astype(np.float64), np.arange(1, bins) / bins))"

mistake("psi.bin_edges", """Your edges cut the range of the reference into equal widths. One wild value makes all others fall into one bin; quantiles
    give each bin about as many values.""", name="equal_widths", replace=EDGES,
        by="np.unique(np.linspace(reference.min(), reference.max(), bins + 1)[1:-1].astype(np.float64))")

mistake("psi.bin_edges", """Your edges contain the smallest and the largest value of the reference. They are the inner edges: the first bin has no
    lower end, the last no upper one.""", name="outer_edges_too", replace="np.arange(1, bins) / bins", by="np.linspace(0, 1, bins + 1)")

mistake("psi.bin_edges", """Your edges are at 1/(bins + 1), 2/(bins + 1), …: there is one bin too many.""", name="one_bin_too_many",
        replace="np.arange(1, bins) / bins", by="np.arange(1, bins + 1) / (bins + 1)")

mistake("psi.bin_edges", """Your edges stand several times where many values are equal. Between two equal edges is a bin that nothing can be
    in.""", name="equal_edges", replace=EDGES, by=EDGES.replace("np.unique(", "np.asarray("))

mistake("psi.bin_edges", """Your edges are values of the reference itself, without interpolation between the two next to a quantile.""",
        name="without_interpolation", replace="np.arange(1, bins) / bins", by='np.arange(1, bins) / bins, method="lower"',
        forms=[{"replace": "np.arange(1, bins) / bins", "by": 'np.arange(1, bins) / bins, method="nearest"'},
               {"replace": "np.arange(1, bins) / bins", "by": 'np.arange(1, bins) / bins, method="higher"'}])

mistake("psi.bin_edges", """Your edges are rounded to some decimal places. Those of a feature with values such as 0.0000012 then become one and the same, and it
    loses its bins; what is small depends on the unit alone. Leave the quantiles as they are: `np.unique` needs no rounding.""",
        name="rounded_edges", replace=EDGES, by=EDGES.replace("np.unique(", "np.unique(np.round(").removesuffix(")") + ", 6))",
        forms=[{"replace": EDGES, "by": EDGES.replace("np.unique(", "np.unique(np.round(").removesuffix(")") + ", 3))"}])

mistake("psi.bin_edges", """Your edges leave out one that is equal to the largest value of the reference. It is true that nothing of the reference lies above it,
    but the current sample may: without that edge its new, larger values share a bin with the old ones, and are not seen.""",
        name="no_edge_at_the_top", replace="return " + EDGES, by="edges = " + EDGES + "\n    return edges[edges < reference.max()]")

mistake("psi.bin_edges", """Your bin_edges sorts the reference in place, so the caller's data is in another order afterwards, and what belonged to its values,
    such as weights, belongs to others. `np.quantile` needs no order; `np.sort(reference)` makes a copy, `reference.sort()` does not.""",
        name="edges_sort_in_place", replace="return " + EDGES, by="reference.sort()\n    return " + EDGES)

mistake("psi.bin_edges", """Your bin_edges accepts a reference with an infinite value: it asks for NaN alone. Between a number and an infinity no quantile can be
    interpolated, so an edge can become infinite or NaN. `np.isfinite` is False for both, `np.isnan` is True for NaN alone.""",
        name="edges_accept_infinities", replace="not np.isfinite(reference).all()", by="np.isnan(reference).any()")

mistake("psi.bin_edges", """Your bin_edges accepts fewer than two bins. In a single bin all samples are equal.""", name="edges_accept_one_bin",
        replace="if bins < 2:", by="if bins < 1:", forms=[{"replace": "if bins < 2:", "by": "if False:"}])

mistake("psi.bin_edges", """Your bin_edges accepts a reference with NaN, an infinite value, or none at all.""", name="edges_accept_all",
        replace="if not reference.size or not np.isfinite(reference).all():", by="if False:")

# ── PSI ─────────────────────────────────────────────────────────────────────────────────────────────────────────

BINNED = "edges = bin_edges(reference, bins)"
COUNTS = 'np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)'
SHARE = "(counts + 0.5) / (len(sample) + 0.5 * len(counts))"
SUM = "((now - before) * np.log(now / before)).sum()"

mistake("psi", """Your bins are made from both samples together, or from the current one. Then the ruler changes with what it measures: the
    shares of the reference differ from day to day, and a shift moves the edges along.""", name="bins_of_both", replace=BINNED,
        by="edges = bin_edges(np.concatenate([reference, current]), bins)", forms=[{"replace": BINNED, "by": "edges = bin_edges(current, bins)"}])

mistake("psi", """Your index counts only values between the smallest and the largest of the reference, as `np.histogram` does. A value that was never
    seen before is the strongest sign of all, and is left out.""", name="drops_values_outside", replace=COUNTS,
        by="np.bincount(np.searchsorted(edges, sample[(sample >= reference.min()) & (sample <= reference.max())]), minlength=len(edges) + 1)")

mistake("psi", """In your bins a value that is equal to an edge belongs to the upper bin. The contract has each bin up to and with its upper
    edge.""", name="edge_belongs_above", replace='side="left"', by='side="right"', forms=[{"replace": COUNTS, "by": "np.bincount(np.digitize(sample, edges), minlength=len(edges) + 1)"}])

mistake("psi", """Your index is one of the two divergences, q ln(q/p). The index is their sum, (q - p) ln(q/p), the same in both
    directions.""", name="one_divergence", replace=SUM, by="(now * np.log(now / before)).sum()",
        forms=[{"replace": SUM, "by": "(before * np.log(before / now)).sum()"}])

mistake("psi", """Your index has the wrong sign: (p - q) ln(q/p) is never positive.""", name="wrong_sign", replace="now - before", by="before - now",
        forms=[{"replace": "np.log(now / before)", "by": "np.log(before / now)"}])

mistake("psi", """Your logarithm has the base 10 or 2. It is the natural one.""", name="another_base", replace="np.log(now / before)",
        by="np.log10(now / before)", forms=[{"replace": "np.log(now / before)", "by": "np.log2(now / before)"}])

mistake("psi", """Your shares are counts over n as they are. An empty bin makes the logarithm infinite, or 0 times it NaN.""", name="without_half_a_value",
        replace=SHARE, by="counts / len(sample)")

mistake("psi", """Your empty bins have a tiny share, such as 0.0001. What the index then is depends on that number: a bin that is empty by chance
    adds as much as a real change. Half a value more in *each* bin is the contract's way.""", name="tiny_share", replace=SHARE,
        by="np.maximum(counts / len(sample), 1e-4)",
        forms=[{"replace": SHARE, "by": "np.maximum(counts / len(sample), 1e-6)"}, {"replace": SHARE, "by": "counts / len(sample) + 1e-6"}])

mistake("psi", """Your index leaves out bins in which a sample has no value. These are where the samples differ most.""", name="leaves_empty_bins_out",
        replace=SHARE, by="np.where(counts == 0, np.nan, counts) / len(sample)")

mistake("psi", """Your shares do not add up to 1: half a value more in each of B bins makes n + B/2 values.""", name="shares_above_1", replace=SHARE,
        by="(counts + 0.5) / len(sample)")

mistake("psi", """Your bins get a whole value more, or only the empty ones get half a value. The contract has half a value in each.""", name="another_addition",
        replace=SHARE, by="(counts + 1) / (len(sample) + len(counts))",
        forms=[{"replace": SHARE, "by": "np.where(counts == 0, 0.5, counts) / (len(sample) + 0.5 * (counts == 0).sum())"},
               {"replace": SHARE, "by": "np.where(counts == 0, 0.5, counts) / len(sample)"}])

mistake("psi", """Your shares take B for the number of bins that was asked for. Where values occur often there are fewer.""", name="bins_as_asked",
        replace=SHARE, by="(counts + 0.5) / (len(sample) + 0.5 * bins)")

mistake("psi", """Your index takes one size for both samples.""", name="one_size", replace=SHARE, by="(counts + 0.5) / (len(reference) + 0.5 * len(counts))")

mistake("psi", """Your index has other bins than ten where nothing is said.""", name="another_default", replace="bins: int = 10", by="bins: int = 20")

mistake("psi", """Your index does not check the current sample: NaN falls into the last bin, as if it were large.""", name="psi_accepts_nan",
        replace="if not current.size or not np.isfinite(current).all():", by="if not current.size:")

# ── By chance ───────────────────────────────────────────────────────────────────────────────────────────────────

CHANCE = "(bins - 1) * (1 / n + 1 / m)"

mistake("psi.psi_by_chance", """Your psi_by_chance has B where B - 1 belongs: the shares add up to 1, so one of them is no news.""", name="chance_of_b",
        replace=CHANCE, by="bins * (1 / n + 1 / m)")

mistake("psi.psi_by_chance", """Your psi_by_chance has one size, or the sum of both, below the line. Both samples are uncertain, and 1/n and 1/m add
    up.""", name="chance_of_one_size", replace=CHANCE, by="(bins - 1) / (n + m)",
        forms=[{"replace": CHANCE, "by": "(bins - 1) / m"}, {"replace": CHANCE, "by": "(bins - 1) * 2 / (n + m)"}])

mistake("psi.psi_by_chance", """Your psi_by_chance accepts fewer than two bins, or a sample without values.""", name="chance_accepts_all",
        replace="if bins < 2 or n < 1 or m < 1:", by="if n < 1 or m < 1:",
        forms=[{"replace": "if bins < 2 or n < 1 or m < 1:", "by": "if bins < 2 or n == 0 or m == 0:"}, {"replace": "if bins < 2 or n < 1 or m < 1:", "by": "if False:"}])

# ── Wasserstein ─────────────────────────────────────────────────────────────────────────────────────────────────

AREA = "np.abs(levels[0] - levels[1])[:-1] @ np.diff(values)"
MASS = "np.bincount(np.searchsorted(values, sample), weights, len(values))"


@mistake("psi.wasserstein", """Your distance matches the values in order, one to one. That is right for two samples of one size without weights; for
    other sizes the values that are left over, or cut, are not moved.""")
def matches_in_order(x, y, *, x_weights=None, y_weights=None):
    for weights in (x_weights, y_weights):
        if weights is not None and (not np.isfinite(weights).all() or (weights < 0).any() or not weights.any()):
            raise ValueError("weights")
    if not x.size or not y.size or not np.isfinite(x).all() or not np.isfinite(y).all():
        raise ValueError("a sample")
    size = min(len(x), len(y))
    return float(np.abs(np.sort(x)[:size] - np.sort(y)[:size]).mean())


mistake("psi.wasserstein", """Your distance adds up signed areas. Where the functions cross, what one side owes and the other has cancel: the result is the
    difference of the means.""", name="signed_area", replace=AREA, by="(levels[0] - levels[1])[:-1] @ np.diff(values)",
        forms=[{"replace": AREA, "by": "abs((levels[0] - levels[1])[:-1] @ np.diff(values))"}])

mistake("psi.wasserstein", """Your distance adds up heights without widths. The area between the functions has both: that gives it its unit.""",
        name="without_widths", replace=AREA, by="np.abs(levels[0] - levels[1]).sum()", forms=[{"replace": AREA, "by": "np.abs(levels[0] - levels[1]).max()"}])

mistake("psi.wasserstein", """Your distance multiplies a width by the height at its right end. Between two values the functions are where they were at the left
    one.""", name="right_heights", replace="[:-1] @ np.diff(values)", by="[1:] @ np.diff(values)")

mistake("psi.wasserstein", """Your distance draws straight lines between the heights. The functions are steps.""", name="trapezoids", replace=AREA,
        by="(lambda h: (h[1:] + h[:-1]) / 2 @ np.diff(values))(np.abs(levels[0] - levels[1]))")

mistake("psi.wasserstein", """Your distance is the mean distance of quantiles on a grid of levels. The quantiles jump where a value's mass ends, which is seldom a
    level of the grid, so the result is near the right one and not equal to it. The sum over the values of both samples is exact.""",
        name="quantiles_on_a_grid", replace=AREA,
        by="np.abs(np.subtract(*(values[np.searchsorted(level, (np.arange(1000) + 0.5) / 1000)] for level in levels))).mean()")

mistake("psi.wasserstein", """Your distance squares the heights: that is Cramér's distance.""", name="squares", replace="np.abs(levels[0] - levels[1])[:-1]",
        by="((levels[0] - levels[1]) ** 2)[:-1]")

mistake("psi.wasserstein", """Your distance does not use the weights.""", name="ignores_weights", replace="mass = " + MASS,
        by="weights = np.ones(len(sample))\n        mass = " + MASS)

mistake("psi.wasserstein", """Your weights stay in their order while the values are sorted. Each weight belongs to its value.""", name="weights_stay",
        replace=MASS, by="np.bincount(np.searchsorted(values, np.sort(sample)), weights, len(values))")

mistake("psi.wasserstein", """Your distance keeps one copy of equal values, with the weight of the first: the mass of the other copies is lost. Add up what equal
    values weigh; `np.bincount` and `np.add.at` do that.""", name="weights_of_first_copies", replace="mass = " + MASS,
        by="sample, first = np.unique(sample, return_index=True)\n        weights = weights[first]\n        mass = " + MASS)

mistake("psi.wasserstein", """Your weights are not divided by their sum. Only their ratios count: each sample's mass is 1.""", name="weights_not_divided",
        replace="mass.cumsum() / weights.sum()", by="mass.cumsum() / len(sample)")

mistake("psi.wasserstein", """Your distance accepts weights that are negative, not finite, or all 0.""", name="accepts_all_weights",
        replace="if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():", by="if False:",
        forms=[{"replace": " or not weights.any()", "by": ""}, {"replace": "not np.isfinite(weights).all() or ", "by": ""}, {"replace": " or (weights < 0).any()", "by": ""}])

mistake("psi.wasserstein", """Your distance accepts samples that are empty or not finite.""", name="distance_accepts_all",
        replace="if not sample.size or not np.isfinite(sample).all():", by="if False:")

mistake("psi.wasserstein", """Your distance accepts samples with an infinite value: it asks for NaN alone. To move mass from or to infinity takes infinite
    work, so the result says nothing. `np.isfinite` is False for both, `np.isnan` is True for NaN alone.""",
        name="distance_accepts_infinities", replace="not np.isfinite(sample).all()", by="np.isnan(sample).any()")
