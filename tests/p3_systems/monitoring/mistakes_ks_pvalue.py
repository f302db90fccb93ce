"""What learners get wrong in `ks_pvalue`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The series ──────────────────────────────────────────────────────────────────────────────────────────────────

RESULT = "np.asarray(np.where(t > 1, of_large, of_small))"


@mistake("ks_pvalue.kolmogorov", """Your kolmogorov uses the alternating series for every t. Near 0 its terms hardly become
    smaller, so that no number of them is enough; there the other series needs two.""")
def only_the_alternating_series(scaled):
    if not (scaled >= 0).all():
        raise ValueError("a scaled distance is 0 or larger")
    k = np.arange(1, 101)
    terms = (-1.0) ** (k - 1) * np.exp(-2 * k ** 2 * scaled.astype(np.float64)[..., None] ** 2)
    return np.asarray(np.where(scaled == 0, 1.0, 2 * terms.sum(axis=-1)))


@mistake("ks_pvalue.kolmogorov", """Your kolmogorov takes 1 minus the second series for every t. For large t that sum is
    next to 1, and the subtraction leaves only its rounding error: a p-value of 1e-17, or below 0, where 1e-30 is right. There the
    alternating series adds up small numbers directly.""")
def only_the_other_series(scaled):
    if not (scaled >= 0).all():
        raise ValueError("a scaled distance is 0 or larger")
    t = np.clip(scaled.astype(np.float64), 0.02, 1e4)[..., None]
    k = np.arange(1, 20_001) if t.size < 4 and t.size and t.max() > 50 else np.arange(1, 101)
    sums = (np.sqrt(2 * np.pi) / t * np.exp(-(2 * k - 1) ** 2 * np.pi ** 2 / (8 * t ** 2))).sum(axis=-1)
    return np.asarray(1 - sums)


mistake("ks_pvalue.kolmogorov", """Your kolmogorov takes only the first term, 2 exp(-2 t²). That is close for large t, and above 1
    for t below 0.59.""", name="only_the_first_term", replace=RESULT,
        by="np.asarray(2 * np.exp(-2 * t ** 2))",
        forms=[{"replace": RESULT, "by": "np.asarray(np.minimum(1.0, 2 * np.exp(-2 * t ** 2)))"}])

mistake("ks_pvalue.kolmogorov", """Your kolmogorov lacks the factor 2 of the alternating series: what it gives is about the
    one-sided probability.""", name="without_the_2", replace="of_large = 2 * (", by="of_large = 1 * (")

mistake("ks_pvalue.kolmogorov", """Your kolmogorov returns the probability of *less* than t. A p-value is the probability of t or
    more: 1 minus that, computed directly where it is small.""", name="below_instead_of_above", replace=RESULT,
        by="np.asarray(1 - np.where(t > 1, of_large, of_small))")

mistake("ks_pvalue.kolmogorov", """The terms of your alternating series all have one sign. Every second one is subtracted.""",
        name="does_not_alternate", replace="(-1.0) ** (k - 1) * ", by="")

mistake("ks_pvalue.kolmogorov", """Your second series counts k = 1, 2, 3, … in its exponent, where the odd numbers 2k - 1
    belong.""", name="even_numbers_too", replace="(2 * k - 1) ** 2 * np.pi", by="k ** 2 * np.pi")

mistake("ks_pvalue.kolmogorov", """Your kolmogorov changes from one series to the other where too few terms are left to take: both are
    precise around t = 1, with the terms that you have, and not everywhere.""", name="changes_too_late",
        replace="np.arange(1, 9)", by="np.arange(1, 3)", forms=[{"replace": "np.arange(1, 9)", "by": "np.arange(1, 2)"}])

mistake("ks_pvalue.kolmogorov", """Your kolmogorov divides by t also where t is 0, and so warns and has NaN or a wrong value where
    1 is right. `np.where` computes both of its branches everywhere: give the series numbers that it can take.""",
        name="divides_by_0", replace="np.clip(t, 0.02, 1.0)[..., None]", by="np.minimum(t, 1.0)[..., None]",
        forms=[{"replace": "np.clip(t, 0.02, 1.0)[..., None]", "by": "t[..., None]"}])

mistake("ks_pvalue.kolmogorov", """Your kolmogorov lets NaN through: `scaled < 0` is False for it, as every comparison is. Ask
    whether all are 0 or larger.""", name="kolmogorov_accepts_nan", replace="not (scaled >= 0).all()", by="(scaled < 0).any()")

mistake("ks_pvalue.kolmogorov", """Your kolmogorov computes in the dtype of its argument. The contract has float64 for all.""",
        name="keeps_float32", replace=RESULT, by="np.where(t > 1, of_large, of_small).astype(scaled.dtype)",
        forms=[{"replace": "scaled.astype(np.float64)", "by": "scaled"}])

# ── Counting paths ──────────────────────────────────────────────────────────────────────────────────────────────

POINT = "i + j in compared and abs(m * i - n * j) >= far"
LAST = "(all_paths - inside[m]) / all_paths"

mistake("ks_pvalue.exact_pvalue", """Your count of paths lets the statistic itself be reached: what you return is P(D > statistic).
    A p-value is the probability of a distance *at least* as large as the one that was seen.""", name="more_than_the_statistic",
        replace="abs(m * i - n * j) >= far", by="abs(m * i - n * j) > far")

mistake("ks_pvalue.exact_pvalue", """Your count compares |i/n - j/m| with the statistic as floats. Two fractions that are equal differ
    there in the last digit, and whole paths are counted on the wrong side. m i - n j is a whole number, and so is the statistic
    times n m, once it is rounded.""", name="compares_floats", replace="abs(m * i - n * j) >= far", by="abs(i / n - j / m) >= statistic")

mistake("ks_pvalue.exact_pvalue", """Your bound is statistic · n · m cut off below its point. The product is a whole number but for
    rounding, and 11.999999 means 12: round it.""", name="cuts_the_bound", replace="round(statistic * n * m)",
        by="int(statistic * n * m)", forms=[{"replace": "round(statistic * n * m)", "by": "math.floor(statistic * n * m)"}])

mistake("ks_pvalue.exact_pvalue", """Your bound is statistic · n · m as it is, or rounded up. The product is a whole number but for rounding, and
    12.000001 means 12: a path that comes exactly as far is to be stopped.""", name="raises_the_bound", replace="round(statistic * n * m)",
        by="math.ceil(statistic * n * m)", forms=[{"replace": "round(statistic * n * m)", "by": "statistic * n * m"}])

mistake("ks_pvalue.exact_pvalue", """Your count stops only paths on which x's function is too far *above* y's: that is the one-sided
    p-value. D looks at both sides.""", name="one_sided", replace="abs(m * i - n * j) >= far", by="m * i - n * j >= far",
        forms=[{"replace": "abs(m * i - n * j) >= far", "by": "n * j - m * i >= far"}])

mistake("ks_pvalue.exact_pvalue", """Your p-value is 1 - inside / all, in floats. Where nearly all paths stay inside, that quotient is 1 but
    for its last digits, and the difference has none that are right: subtract the counts first, as integers.""",
        name="subtracts_floats", replace=LAST, by="1 - inside[m] / all_paths",
        forms=[{"replace": "inside = [0] * (m + 1)", "by": "inside = [0.0] * (m + 1)"}])

mistake("ks_pvalue.exact_pvalue", """Your counts are NumPy's integers of 64 bits, and the number of paths outgrows them from n + m = 67 on.
    Python's own integers have as many digits as it takes.""", name="overflows",
        replace="inside = [0] * (m + 1)", by="inside = np.zeros(m + 1, dtype=np.int64)")

mistake("ks_pvalue.exact_pvalue", """Your function returns the share of paths that stay inside, the probability of a distance *smaller*
    than the statistic.""", name="inside_instead_of_outside", replace=LAST, by="inside[m] / all_paths")

mistake("ks_pvalue.exact_pvalue", """Your count compares i - j, as if both samples were of one size. For unequal sizes it is i/n and j/m
    that are the two functions.""", name="as_if_of_one_size", replace="abs(m * i - n * j) >= far",
        by="abs(i - j) >= round(statistic * max(n, m))",
        forms=[{"replace": "abs(m * i - n * j) >= far", "by": "abs(n * i - m * j) >= far"}])

mistake("ks_pvalue.exact_pvalue", """Your count ignores the ties. Within equal values the functions have no points to be compared at, so
    fewer paths are too far, and the p-value is smaller.""", name="ignores_ties", replace=POINT, by="abs(m * i - n * j) >= far")

mistake("ks_pvalue.exact_pvalue", """With ties your count compares at the first of several equal values. There the others are not
    counted yet: the functions are compared after the last one.""", name="at_the_first_of_equal_values",
        replace="set(accumulate(ties))", by="{end - each + 1 for end, each in zip(accumulate(ties), ties)}")

mistake("ks_pvalue.exact_pvalue", """Your function takes ties for granted whatever their sum is. Counts that are not those of n + m values
    belong to other samples.""", name="accepts_other_ties", replace="sum(ties) != n + m or ", by="")

mistake("ks_pvalue.exact_pvalue", """Your function accepts a count of 0 or less among the ties. Each is how often a value occurs: once at
    least.""", name="accepts_ties_of_0", replace=" or min(ties) < 1", by="")

mistake("ks_pvalue.exact_pvalue", """Your exact p-value checks neither the statistic nor the sizes. A distance of 1.1, or a sample
    without values, is somebody's mistake, and a p-value would hide it.""", name="exact_accepts_all",
        replace="if not 0 <= statistic <= 1 or n < 1 or m < 1:", by="if False:")

# ── Which of the two ────────────────────────────────────────────────────────────────────────────────────────────

SCALE = "math.sqrt(n * m / (n + m))"

mistake("ks_pvalue", """Your asymptotic p-value scales the statistic by another number than √(nm/(n + m)). The two samples' variances
    add up, 1/n + 1/m, and that is the inverse of nm/(n + m).""", name="wrong_scale", replace=SCALE, by="math.sqrt(n + m)",
        forms=[{"replace": SCALE, "by": "math.sqrt(n * m) / (n + m)"}, {"replace": SCALE, "by": "math.sqrt(min(n, m))"},
               {"replace": SCALE, "by": "n * m / (n + m)"}])

mistake("ks_pvalue", """Your "auto" chooses by the sizes and not by their product. Counting takes n m steps: 10,000 values against one are
    quick, 5,000 against 5,000 are not.""", name="auto_by_sizes", replace="n * m <= 10_000", by="max(n, m) <= 10_000",
        forms=[{"replace": "n * m <= 10_000", "by": "n + m <= 200"}])

mistake("ks_pvalue", """Your "auto" takes the asymptotic p-value for a product of exactly 10,000. It is exact up to there.""",
        name="auto_below_10000", replace="<= 10_000", by="< 10_000")

mistake("ks_pvalue", """Your "auto" is always asymptotic. For small samples the limit is far off, and counting takes no time.""",
        name="auto_is_asymptotic", replace='method == "exact" or method == "auto" and n * m <= 10_000', by='method == "exact"')

mistake("ks_pvalue", """Your function does not hand the ties on to the exact p-value.""", name="forgets_ties",
        replace=", ties=ties)", by=")")

mistake("ks_pvalue", """Your function takes any method that it does not know for "asymptotic". Whoever misspells "exact" is to be
    told.""", name="accepts_any_method",
        replace='raise ValueError(f"the method is auto, exact or asymptotic, and not {method}")', by="pass")
