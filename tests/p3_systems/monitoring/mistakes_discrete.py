"""What learners get wrong in `discrete`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────

CATEGORIES = "categories = np.unique(np.concatenate([x, y]))"


@mistake("discrete.count_table", """Your count_table has the categories of x only. A category that is new in y is the strongest sign of all that
    something has changed, and it is left out.""")
def categories_of_x(x, y):
    if not x.size or not y.size:
        raise ValueError("a sample is empty")
    categories = np.unique(x)
    return categories.astype(np.int64), np.array([[np.count_nonzero(sample == each) for each in categories] for sample in (x, y)])


@mistake("discrete.count_table", """Your count_table has only the categories that occur in both samples. One that occurs in one of them counts 0 in the
    other.""")
def categories_of_both(x, y):
    if not x.size or not y.size:
        raise ValueError("a sample is empty")
    categories = np.intersect1d(x, y)
    return categories.astype(np.int64), np.array([[np.count_nonzero(sample == each) for each in categories] for sample in (x, y)],
                                                 dtype=np.int64).reshape(2, len(categories))


@mistake("discrete.count_table", """Your count_table has the categories in the order in which they first occur. The contract has them in ascending
    order.""")
def categories_as_they_come(x, y):
    if not x.size or not y.size:
        raise ValueError("a sample is empty")
    categories = np.array(list(dict.fromkeys([*x.tolist(), *y.tolist()])), dtype=np.int64)
    return categories, np.array([[np.count_nonzero(sample == each) for each in categories] for sample in (x, y)])


@mistake("discrete.count_table", """Your count_table uses the categories as places, from 0 up to the largest. A category may be negative, or huge, and the
    numbers between two of them are no categories.""")
def categories_are_places(x, y):
    if not x.size or not y.size:
        raise ValueError("a sample is empty")
    size = int(max(x.max(), y.max())) + 1
    return np.arange(size), np.array([np.bincount(x, minlength=size), np.bincount(y, minlength=size)])


mistake("discrete.count_table", """Your count_table raises no ValueError for an empty sample.""", name="table_accepts_empty",
        replace="if not x.size or not y.size:", by="if not x.size and not y.size:",
        forms=[{"replace": "if not x.size or not y.size:", "by": "if False:"}])

# ── Small counts ────────────────────────────────────────────────────────────────────────────────────────────────

SMALL = "small = totals * size < least * both"
WHILE = "while totals[small].sum() * size < least * both and not small.all()"
STACK = "return np.column_stack([table[:, ~small], table[:, small].sum(axis=1)])"

mistake("discrete.pool_small", """Your pool_small looks at the counts that were observed. A category with 2 and 40 values may have expected counts of
    21 and 21, and its difference is what the test is to see: the rule is about expected counts.""", name="small_by_observed",
        replace=SMALL, by="small = table.min(axis=0) < least")

mistake("discrete.pool_small", """Your pool_small looks at the totals of the categories. An expected count is the sample's share of that total.""",
        name="small_by_totals", replace=SMALL, by="small = totals < least",
        forms=[{"replace": SMALL, "by": "small = totals < 2 * least"}])

mistake("discrete.pool_small", """Your pool_small looks at one row's expected counts, whichever sample is the smaller one.""",
        name="small_by_one_row", replace="table.sum(axis=1).min()", by="table.sum(axis=1)[0]",
        forms=[{"replace": "table.sum(axis=1).min()", "by": "table.sum(axis=1)[1]"}, {"replace": "table.sum(axis=1).min()", "by": "table.sum(axis=1).max()"}])

mistake("discrete.pool_small", """Your pool_small pools categories with an expected count of exactly the limit. Only what is below it is small.""",
        name="small_at_the_limit", replace=SMALL, by="small = totals * size <= least * both")

mistake("discrete.pool_small", """Your pool_small drops the small categories. Their values are values: they are added up.""", name="drops_small",
        replace=STACK, by="return (table[:, ~small])")

mistake("discrete.pool_small", """Your pool_small puts the new category first. It stands last.""", name="pooled_first", replace=STACK,
        by="return np.column_stack([table[:, small].sum(axis=1), table[:, ~small]])")

mistake("discrete.pool_small", """Your pool_small stops after one round. What was added up may still have an expected count below the limit, and then
    takes in the category with the smallest total.""", name="pools_once", replace=WHILE, by="while False")

mistake("discrete.pool_small", """Your new category takes in a neighbour in the table, or the largest. The contract has the category with the smallest
    total: that loses the least.""", name="takes_another_in", replace="np.where(small, np.inf, totals).argmin()",
        by="np.where(small, -np.inf, totals).argmax()",
        forms=[{"replace": "np.where(small, np.inf, totals).argmin()", "by": "np.where(small, np.inf, 0).argmin()"}])

mistake("discrete.pool_small", """Of categories with equal totals, your new category takes in the last. The contract has the first.""",
        name="takes_the_last_in", replace="np.where(small, np.inf, totals).argmin()",
        by="len(small) - 1 - np.where(small, np.inf, totals)[::-1].argmin()")

mistake("discrete.pool_small", """Your pool_small compares with 5, whatever limit it is given.""", name="always_5", replace=SMALL,
        by="least = 5.0\n    " + SMALL)

# ── Chi-square ──────────────────────────────────────────────────────────────────────────────────────────────────

EXPECTED = "np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()"
STATISTIC = "((observed - expected) ** 2 / expected).sum()"
TAIL = "gammaincc(freedom / 2, statistic / 2)"

mistake("discrete.chi_square", """Your chi_square divides by the observed counts. That is Neyman's statistic, which has no value where a count is 0;
    Pearson's divides by the expected ones.""", name="divides_by_observed", replace=STATISTIC,
        by="((observed - expected) ** 2 / observed).sum()",
        forms=[{"replace": STATISTIC, "by": "((observed - expected) ** 2 / np.maximum(observed, 1)).sum()"}])

mistake("discrete.chi_square", """Your chi_square takes the first row's shares for the truth and sums over the second row only. The first row is a sample too,
    and as uncertain: both rows have expected counts from their common shares.""", name="first_row_is_the_truth",
        replace=STATISTIC, by="0.0\n    of_first = observed[0] / observed[0].sum() * observed[1].sum()\n    with np.errstate(all='ignore'):\n        statistic = ((observed[1] - of_first) ** 2 / of_first).sum()")

mistake("discrete.chi_square", """The expected counts of your chi_square are half of each category's total. That is right for samples of equal sizes
    only.""", name="halves", replace=EXPECTED, by="np.tile(observed.sum(axis=0) / 2, (2, 1))")

mistake("discrete.chi_square", """Your chi_square has Yates's correction for continuity: half a count less in each difference. The contract has none.""",
        name="yates", replace=STATISTIC, by="((np.maximum(np.abs(observed - expected) - 0.5, 0)) ** 2 / expected).sum()",
        forms=[{"replace": STATISTIC, "by": "((np.abs(observed - expected) - (0.5 if freedom == 1 else 0)) ** 2 / expected).sum()"}])

mistake("discrete.chi_square", """Your degrees of freedom are the number of categories. One is lost, since the shares add up to 1.""", name="k_freedom",
        replace="freedom = observed.shape[1] - 1\n    if freedom == 0:", by="freedom = observed.shape[1]\n    if freedom == 1:")

mistake("discrete.chi_square", """Your degrees of freedom are twice as many as there are: (rows - 1)(columns - 1), and there are two rows.""",
        name="twice_the_freedom", replace="observed.shape[1] - 1", by="2 * (observed.shape[1] - 1)")

mistake("discrete.chi_square", """Your p-value is the probability of a *smaller* statistic: `gammainc` is the lower function. A p-value is the upper
    tail.""", name="lower_tail", replace=TAIL, by="1 - " + TAIL)

mistake("discrete.chi_square", """Your p-value is 1 minus the lower function. Where that is next to 1, no digit of the difference is right: the upper
    function is there for it.""", name="one_minus_lower", replace=TAIL,
        by="1 - (1 - gammaincc(freedom / 2, statistic / 2))")

mistake("discrete.chi_square", """Your p-value calls the incomplete gamma function without its halves: it is Q(ν/2, s/2).""", name="without_halves",
        replace=TAIL, by="gammaincc(freedom, statistic)",
        forms=[{"replace": TAIL, "by": "gammaincc(freedom / 2, statistic)"}, {"replace": TAIL, "by": "gammaincc(freedom, statistic / 2)"}])

mistake("discrete.chi_square", """Your chi_square keeps categories of which neither sample has any value. Their expected count is 0: 0/0, or one degree of
    freedom too many.""", name="keeps_empty_categories", replace="table[:, table.any(axis=0)].astype(np.float64)",
        by="table.astype(np.float64)",
        forms=[{"replace": "observed.shape[1] - 1", "by": "table.shape[1] - 1"}])

mistake("discrete.chi_square", """Your chi_square has NaN for its p-value, or fails, where one category is left. The samples cannot differ then, and p is
    1.""", name="one_category_is_nan", replace="if freedom == 0:", by="if False:",
        forms=[{"replace": "return 0.0, 0, 1.0", "by": "return 0.0, 0, float('nan')"}, {"replace": "return 0.0, 0, 1.0", "by": "raise ValueError('one category')"}])

mistake("discrete.chi_square", """Your chi_square accepts a row of zeros, or a negative count. A sample without values says nothing about its
    distribution.""", name="chi_square_accepts_all", replace="if (table < 0).any() or not table.any(axis=1).all():", by="if False:",
        forms=[{"replace": "(table < 0).any() or not", "by": "not"}, {"replace": " or not table.any(axis=1).all()", "by": ""}])

# ── Permutations ────────────────────────────────────────────────────────────────────────────────────────────────

P = "(extreme + 1) / (permutations + 1)"
SPLIT = "shuffled = rng.permutation(pooled)"
AT_LEAST = "abs(statistic(shuffled[:len(x)], shuffled[len(x):])) >= observed * (1 - 1e-9)"

mistake("discrete.permutation_pvalue", """Your p-value is b / B. It can be 0, and "at most 0.01" is then true more often than in one of 100 cases: the split that
    was seen counts too, above and below.""", name="without_the_1", replace=P, by="extreme / permutations")

mistake("discrete.permutation_pvalue", """Your p-value has the 1 above or below the line, but not in both places. The split that was seen is one of B + 1.""",
        name="one_1", replace=P, by="(extreme + 1) / permutations", forms=[{"replace": P, "by": "extreme / (permutations + 1)"}])

mistake("discrete.permutation_pvalue", """Your test is one-sided: it compares signed statistics. Two-sided means by absolute value, a large negative one is as
    extreme.""", name="one_sided", replace=AT_LEAST, by="statistic(shuffled[:len(x)], shuffled[len(x):]) >= statistic(x, y) - 1e-9 * observed",
        forms=[{"replace": AT_LEAST, "by": "statistic(shuffled[:len(x)], shuffled[len(x):]) >= observed * (1 - 1e-9)"}])

mistake("discrete.permutation_pvalue", """Your test counts only splits that are *more* extreme than the samples. Those that are equally extreme belong to
    the p-value.""", name="only_more_extreme", replace=">= observed * (1 - 1e-9)", by="> observed * (1 + 1e-9)",
        forms=[{"replace": ">= observed * (1 - 1e-9)", "by": "> observed"}])

mistake("discrete.permutation_pvalue", """Your test compares without room for rounding. The same numbers added up in another order differ in their last
    digits, so equally extreme splits are counted by chance, or not.""", name="no_room_for_rounding", replace=">= observed * (1 - 1e-9)",
        by=">= observed")

mistake("discrete.permutation_pvalue", """Your splits are drawn with replacement. That is a bootstrap: a value comes up twice and another not at all, while under
    the null hypothesis the values are those that are there, and only their labels are random.""", name="with_replacement",
        replace=SPLIT, by="shuffled = rng.choice(pooled, len(pooled))")

mistake("discrete.permutation_pvalue", """Your splits shuffle each sample by itself. Nothing moves from one to the other, and a statistic that does not look at the
    order is the same each time.""", name="shuffles_each_sample", replace=SPLIT,
        by="shuffled = np.concatenate([rng.permutation(x), rng.permutation(y)])")

mistake("discrete.permutation_pvalue", """Your splits come from a generator of your own, or from NumPy's global one. A seed that the caller sets has no effect on
    them: draw from `rng`.""", name="another_generator", replace=SPLIT, by="shuffled = np.random.default_rng().permutation(pooled)",
        forms=[{"replace": SPLIT, "by": "shuffled = np.random.permutation(pooled)"}, {"replace": SPLIT, "by": "shuffled = np.random.default_rng(0).permutation(pooled)"}])

mistake("discrete.permutation_pvalue", """Your splits have other sizes than the samples. A statistic of four against three values has another distribution than one
    of two against five.""", name="other_sizes", replace=AT_LEAST,
        by="abs(statistic(shuffled[:len(pooled) // 2], shuffled[len(pooled) // 2:])) >= observed * (1 - 1e-9)",
        forms=[{"replace": AT_LEAST, "by": "abs(statistic(shuffled[:len(y)], shuffled[len(y):])) >= observed * (1 - 1e-9)"}])

mistake("discrete.permutation_pvalue", """Your test lets a statistic of NaN through. No split is then "at least as extreme", and the p-value is the smallest there
    is.""", name="accepts_a_nan_statistic", replace="if np.isnan(observed):", by="if False:")

mistake("discrete.permutation_pvalue", """Your test takes a sample without values, or no permutations at all. Then there is nothing to compare.""",
        name="permutation_accepts_all", replace="if not x.size or not y.size or permutations < 1:", by="if False:",
        forms=[{"replace": " or permutations < 1", "by": ""}])
