"""What learners get wrong in `ks_statistic`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── ecdf ────────────────────────────────────────────────────────────────────────────────────────────────────────

COUNT = 'np.searchsorted(np.sort(sample), points, side="right")'

mistake("ks_statistic.ecdf", """Your ecdf counts the values that are less than a point, and leaves out those that are equal to
    it. The function is the share of values that are at most t, so at a value of the sample it has jumped already.""",
        name="counts_strictly_less", replace=', side="right"', by="",
        forms=[{"replace": 'side="right"', "by": 'side="left"'}])

mistake("ks_statistic.ecdf", """Your ecdf searches a sample that is not sorted. `searchsorted` halves an ordered row again and
    again, and in any other row it finds an arbitrary place.""", name="does_not_sort", replace="np.sort(sample)", by="sample")

mistake("ks_statistic.ecdf", """Your ecdf divides the count by n + 1. That is a way to place points on a plot; the function of a
    sample is a share of its n values, and reaches 1 at the largest.""", name="divides_by_one_more",
        replace="/ len(sample)", by="/ (len(sample) + 1)")


@mistake("ks_statistic.ecdf", """Your ecdf draws straight lines between the values of the sample. The function is made of steps:
    between two values nothing is counted, so it stays where it is.""")
def interpolates(sample, points):
    if not sample.size or np.isnan(sample).any() or np.isnan(points).any():
        raise ValueError("empty, or NaN")
    return np.asarray(np.interp(points, np.sort(sample), np.arange(1, len(sample) + 1) / len(sample), left=0.0))


mistake("ks_statistic.ecdf", """Your ecdf lets NaN through. NaN is neither at most a number nor above it; a share that counts it
    in n is the share of something else.""", name="ecdf_accepts_nan",
        replace=" or np.isnan(sample).any() or np.isnan(points).any()", by="")

mistake("ks_statistic.ecdf", """Your ecdf looks for NaN in the sample, but not in the points: for a point that is NaN it answers
    with a number.""", name="ecdf_accepts_nan_points", replace=" or np.isnan(points).any()", by="")

mistake("ks_statistic.ecdf", """Your ecdf refuses infinite values, as if they were NaN. An infinity is below or above all other numbers, so it is counted as they
    are; only NaN has no place among them. `np.isfinite` is False for both, `np.isnan` for NaN alone is True.""", name="ecdf_refuses_infinities",
        replace="np.isnan(sample).any() or np.isnan(points).any()", by="not np.isfinite(sample).all() or not np.isfinite(points).all()")

mistake("ks_statistic.ecdf", """Your ecdf brings the points to the dtype of the sample. If that is float32, points of float64 are rounded, and one just below a
    value becomes equal to it. Compare in the wider of the two.""", name="ecdf_in_the_samples_dtype",
        replace=COUNT, by='np.searchsorted(np.sort(sample), points.astype(sample.dtype), side="right")')

mistake("ks_statistic.ecdf", """Your ecdf sorts the sample in place, so the caller's data is in another order afterwards.
    `np.sort(sample)` makes a copy, `sample.sort()` does not.""", name="ecdf_sorts_in_place",
        replace="np.asarray(" + COUNT, by="np.asarray((sample.sort(), " + COUNT + ")[1]")

# ── The distance ────────────────────────────────────────────────────────────────────────────────────────────────

VALUES = "values = np.unique(np.concatenate([x, y]))"
BOTH = '{"both": np.abs(above), "greater": above, "less": -above}'


@mistake("ks_statistic", """Your function goes through all values one by one, and looks at the distance after each, also in the
    middle of equal ones. There one sample's copies are counted already and the other's are not yet: for two equal samples
    that distance is not 0. A value that occurs several times is one place.""")
def steps_through_ties(x, y, *, side="both"):
    if side not in ("both", "greater", "less") or not x.size or not y.size or np.isnan(x).any() or np.isnan(y).any():
        raise ValueError("refused")
    pooled = np.concatenate([x, y])
    order = pooled.argsort(kind="stable")
    above = np.cumsum(np.where(order < len(x), len(y), -len(x)))
    distance = {"both": np.abs(above), "greater": above, "less": -above}[side]
    place = distance.argmax()
    return float(distance[place] / (len(x) * len(y))), float(pooled[order][place]), int(np.sign(above[place]))


mistake("ks_statistic", """Your function looks at the values of x only. Where y's function is the higher one it is farthest above
    x's at a value of y.""", name="only_at_x", replace=VALUES, by="values = np.unique(np.concatenate([x, x]))",
        forms=[{"replace": VALUES, "by": "values = np.sort(x)"}])

mistake("ks_statistic", """Your function looks at the values of y only. Where x's function is the higher one it is farthest above
    y's at a value of x.""", name="only_at_y", replace=VALUES, by="values = np.unique(y)")

mistake("ks_statistic", """Your function looks at points of an even grid between the smallest and the largest value. The largest
    distance is attained at a value of the samples, and a grid passes it by.""", name="on_a_grid", replace=VALUES,
        by="values = np.linspace(np.concatenate([x, y]).min(), np.concatenate([x, y]).max(), 1000)",
        forms=[{"replace": VALUES, "by": "values = np.linspace(np.concatenate([x, y]).min(), np.concatenate([x, y]).max(), 100)"}])

mistake("ks_statistic", """Your function brings both samples to the dtype of the first. If that is float32, values of float64 are rounded, and different ones
    become equal. Compare in the wider of the two.""", name="in_the_first_dtype", replace=VALUES, by="y = y.astype(x.dtype)\n    " + VALUES)

mistake("ks_statistic", """Your function keeps its whole numbers in 32 bits. m times a count goes up to the product of both sizes, and two samples of 100,000
    have one of 10^10: what is beyond 2^31 is lost without a word.""", name="sums_in_32_bits",
        replace="len(y) * at_most[0] - len(x) * at_most[1]",
        by="len(y) * at_most[0].astype(np.int32) - len(x) * at_most[1].astype(np.int32)")

mistake("ks_statistic", """For "both" your function takes the largest of F_x - F_y without its absolute value, so a distance
    with y's function above is not seen.""", name="both_without_abs", replace="np.abs(above)", by="above")

mistake("ks_statistic", """Your "greater" and "less" are exchanged. "greater" is where x's *function* is the greater one, so
    x's *values* are the smaller ones.""", name="sides_exchanged", replace='"greater": above, "less": -above',
        by='"greater": -above, "less": above')

mistake("ks_statistic", """Your "less" is the smallest F_x - F_y, and so it is negative. D- is the largest F_y - F_x: a distance,
    from 0 to 1.""", name="negative_less", replace="return float(distance[place] / (len(x) * len(y)))",
        by='return float((-1 if side == "less" else 1) * distance[place] / (len(x) * len(y)))')

mistake("ks_statistic", """Your one-sided distances are absolute values, the same as for "both". D+ looks only at where x's
    function is above, D- only at where it is below.""", name="one_sided_with_abs", replace=BOTH + "[side]", by="np.abs(above)",
        forms=[{"replace": '"greater": above, "less": -above', "by": '"greater": np.abs(above), "less": np.abs(above)'}])

mistake("ks_statistic", """Your function subtracts counts as if both samples were of one size. A count has to be divided by its
    own sample's size (or multiplied by the other's) before it can be compared.""", name="one_size_for_both",
        replace="len(y) * at_most[0] - len(x) * at_most[1]", by="len(y) * at_most[0] - len(y) * at_most[1]",
        forms=[{"replace": "len(y) * at_most[0] - len(x) * at_most[1]", "by": "len(x) * (at_most[0] - at_most[1])"},
               {"replace": "len(y) * at_most[0] - len(x) * at_most[1]", "by": "len(x) * at_most[0] - len(y) * at_most[1]"}])

mistake("ks_statistic", """Your function returns the mean of the distances at all values. The statistic is the largest.""",
        name="mean_distance", replace="return float(distance[place] / (len(x) * len(y)))",
        by="return float(distance.mean() / (len(x) * len(y)))")

# ── Where, and which way ────────────────────────────────────────────────────────────────────────────────────────

mistake("ks_statistic", """Your function looks for the largest of differences of floats. 2/3 - 1/3 and 1/3 - 0 are equal, and
    as floats one of them is larger in its last digit: so rounding chooses the location. In whole numbers,
    m · count_x - n · count_y, equal distances are equal.""", name="compares_floats",
        replace="len(y) * at_most[0] - len(x) * at_most[1]",
        by="(at_most[0] / len(x) - at_most[1] / len(y)) * (len(x) * len(y))")

mistake("ks_statistic", """Your function takes the last of the values at which the distance is attained. The contract asks for
    the smallest.""", name="last_location", replace="place = distance.argmax()",
        by="place = len(distance) - 1 - distance[::-1].argmax()",
        forms=[{"replace": "place = distance.argmax()", "by": "place = np.argsort(distance, kind='stable')[-1]"}])

mistake("ks_statistic", """Against rounding your function takes all distances that are close to the largest, by `np.isclose` or the like, for equal to it. With large
    samples distances that differ by one value are that close. In whole numbers, m · count_x - n · count_y, nothing is rounded.""",
        name="nearly_the_largest", replace="place = distance.argmax()",
        by="place = np.isclose(distance / (len(x) * len(y)), distance.max() / (len(x) * len(y))).argmax()")

mistake("ks_statistic", """For "both" your function finds D+ and D- one after the other and, where they are equal, always takes the place of the same one. The
    other may be attained at a smaller value.""", name="one_direction_first", replace="place = distance.argmax()",
        by="""if side == "both":
        distance = above if above.max() >= (-above).max() else -above
    place = distance.argmax()""", forms=[{"replace": "place = distance.argmax()", "by": """if side == "both":
        distance = above if above.max() > (-above).max() else -above
    place = distance.argmax()"""}])

mistake("ks_statistic", """Where the largest distance is 0 your function takes the largest value of all, at which both functions are 1. They may be equal before
    that too, as those of equal samples are everywhere: the smallest such value is asked for.""", name="zero_at_the_end",
        replace="float(values[place])", by="float(values[place] if distance[place] > 0 else values[-1])")

mistake("ks_statistic", """Your function counts the values that are less than t. The largest distance comes out right, since
    just below a value the functions are where they were at the one before: but your location is the next value after the
    one at which it is attained.""", name="one_value_late",
        replace='np.searchsorted(np.sort(sample), values, side="right")', by="np.searchsorted(np.sort(sample), values)")

mistake("ks_statistic", """Your sign is that of F_y - F_x. The contract has that of F_x - F_y: 1 where x's function is
    above.""", name="sign_the_other_way", replace="int(np.sign(above[place]))", by="-int(np.sign(above[place]))")

mistake("ks_statistic", """Your sign is that of the distance that was asked for, and so 1 also where y's function is above. It is that of F_x - F_y:
    for "less" it is -1 or 0.""", name="sign_of_the_distance", replace="int(np.sign(above[place]))",
        by='int(np.sign(above[place] if side == "both" else distance[place]))',
        forms=[{"replace": "int(np.sign(above[place]))", "by": "int(np.sign(distance[place]))"}])

mistake("ks_statistic", """Your sign is 1 or -1 also where the distance is 0 and neither function is above the other. It is 0
    there.""", name="never_sign_0", replace="int(np.sign(above[place]))", by="1 if above[place] >= 0 else -1",
        forms=[{"replace": "int(np.sign(above[place]))", "by": "1 if above[place] > 0 else -1"}])

mistake("ks_statistic", """Your function returns the index of the place among the sorted values, and not the value itself.""",
        name="index_for_location", replace="float(values[place])", by="float(place)")

# ── What is refused, and what is left alone ─────────────────────────────────────────────────────────────────────

mistake("ks_statistic", """Your function lets NaN through. NaN is neither below nor above another value: sorted, it lies at the
    end, and is counted as if it were the largest.""", name="accepts_nan",
        replace=" or np.isnan(x).any() or np.isnan(y).any()", by="")

mistake("ks_statistic", """Your function refuses infinite values, as if they were NaN. An infinity is below or above all other numbers and can be ordered;
    only NaN cannot. `np.isfinite` is False for both, `np.isnan` is True for NaN alone.""", name="refuses_infinities",
        replace="np.isnan(x).any() or np.isnan(y).any()", by="not np.isfinite(x).all() or not np.isfinite(y).all()")

mistake("ks_statistic", """Your function takes a side that it does not know for "both". Whoever writes "two-sided", or misspells
    "greater", is to be told.""", name="accepts_any_side",
        replace='raise ValueError(f"the side is both, greater or less, and not {side}")', by='side = "both"')

mistake("ks_statistic", """Your function raises no ValueError for an empty sample. Nothing can be said about its distribution.""",
        name="accepts_empty", replace="not x.size or not y.size or ", by="")

mistake("ks_statistic", """Your function sorts the samples in place, so the caller's data is in another order afterwards.""",
        name="sorts_in_place", replace=VALUES, by="x.sort()\n    y.sort()\n    " + VALUES)
