"""What learners get wrong in `convergence`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── cost_to_target ──────────────────────────────────────────────────────────────────────────────────────────────

RUN = "run = run + 1 if loss <= target else 0"


def asks_for_hits_anywhere(costs, losses, target, *, hold=1):
    hits = np.flatnonzero(losses <= target)
    return float(costs[hits[0]]) if len(hits) >= hold else math.inf


mistake("convergence.cost_to_target", """Your cost_to_target takes a loss on the target for one that misses it. At or below
    counts: `<=`.""",
        name="wants_less_than_the_target", replace="loss <= target", by="loss < target")

mistake("convergence.cost_to_target", """Your cost_to_target counts low records that do not follow one another. They have
    to come one after the other: a record above the target, or a NaN, starts the count anew.""",
        name="counts_with_gaps", replace=RUN,
        by="run = run + 1 if loss <= target else run", forms=[asks_for_hits_anywhere])

mistake("convergence.cost_to_target", """Your cost_to_target returns the cost of the last record of the row. The first of
    them is when the target was reached; the others only confirm it.""",
        name="returns_the_last_of_the_row", replace="costs[place - hold + 1]", by="costs[place]")

mistake("convergence.cost_to_target", """Your cost_to_target pays no attention to `hold`: it returns the first record at or
    below the target.""",
        name="ignores_hold", replace="if run == hold:\n            return float(costs[place - hold + 1])",
        by="if run:\n            return float(costs[place])")

mistake("convergence.cost_to_target", """Your cost_to_target takes the row for whole that the end of the record cuts off.
    With fewer than `hold` records at or below the target nobody knows whether the next would have been: that is infinity.""",
        name="takes_a_row_that_is_cut_off",
        replace="if run == hold:\n            return float(costs[place - hold + 1])",
        by="if run == hold or (run and place == len(losses) - 1):\n            return float(costs[place - run + 1])")

mistake("convergence.cost_to_target", """Your cost_to_target returns the number of the record. What is asked for is its
    cost, which increases by uneven steps.""",
        name="returns_the_place", replace="float(costs[place - hold + 1])", by="float(place - hold + 1)")

mistake("convergence.cost_to_target", """Your cost_to_target returns the whole budget for a run that never arrives, as if it
    had arrived at the last moment. A method that fails would then look only a little slower: the cost is infinite.""",
        name="charges_the_budget", replace="return math.inf", by="return float(costs[-1])")

mistake("convergence.cost_to_target", """Your cost_to_target has no number for a run that never arrives. With infinity it
    counts in medians and comparisons; None is an error there, and NaN is lost in them.""",
        name="returns_no_number", replace="return math.inf", by="return math.nan",
        forms=[{"replace": "return math.inf", "by": "return None"}])

# ── area_under_curve ────────────────────────────────────────────────────────────────────────────────────────────

AREA = "(widths * (heights[:-1] + heights[1:]) / 2).sum()"

mistake("convergence.area_under_curve", """Your area_under_curve takes one end of each stretch for its height. That is the
    rectangle rule, which is too large for a loss that falls if it is the left end, and too small if it is the right one.
    The trapezoid rule takes the mean of both.""",
        name="takes_rectangles", replace=AREA, by="(widths * heights[:-1]).sum()",
        forms=[{"replace": AREA, "by": "(widths * heights[1:]).sum()"}])

mistake("convergence.area_under_curve", """Your area_under_curve pays no attention to the distances between the costs. A
    stretch counts as much as it is wide: multiply each mean height by its own width.""",
        name="takes_even_steps", replace=AREA,
        by="((heights[:-1] + heights[1:]) / 2).sum()", forms=[
            {"replace": AREA, "by": "(heights[:-1] + heights[1:]).sum() / 2 * (costs[-1] - costs[0]) / max(len(widths), 1)"}])

mistake("convergence.area_under_curve", """Your area_under_curve divides the area by the whole width, which gives the mean
    height. The area is asked for.""",
        name="divides_by_the_width", replace=f"{AREA}", by=f"{AREA} / max(widths.sum(), 1e-9)")

mistake("convergence.area_under_curve", """Your area_under_curve takes the logarithm of the area. The area under the
    logarithm is another number: take the logarithm of the losses first.""",
        name="takes_the_logarithm_last",
        replace="""heights = np.log(losses) if log else losses
    return float((widths * (heights[:-1] + heights[1:]) / 2).sum())""",
        by="""area = (widths * (losses[:-1] + losses[1:]) / 2).sum()
    return float(np.log(area) if log and area else area)""")

mistake("convergence.area_under_curve", """With `log` your area_under_curve takes the logarithm of each mean of two losses.
    The trapezoids lie under the logarithm: take it of each loss first, and then the means.""",
        name="takes_the_logarithm_of_the_means",
        replace="""heights = np.log(losses) if log else losses
    return float((widths * (heights[:-1] + heights[1:]) / 2).sum())""",
        by="""means = (losses[:-1] + losses[1:]) / 2
    return float((widths * (np.log(means) if log else means)).sum())""")

mistake("convergence.area_under_curve", """Your area_under_curve takes the logarithm to the base 10. The natural one is
    asked for.""",
        name="takes_log10",
        replace="np.log(losses)", by="np.log10(losses)")

mistake("convergence.area_under_curve", """Your area_under_curve returns NaN where a loss is NaN. Every comparison with that
    is False, so the run that diverged drops out of the ranking: return infinity.""",
        name="returns_nan", replace="if not np.isfinite(losses).all():",
        by="if np.isposinf(losses).any():", forms=[
            {"replace": "if not np.isfinite(losses).all():", "by": "if False:"}])

mistake("convergence.area_under_curve", """Your area_under_curve leaves the records that are not finite out and joins their
    neighbours. A run that diverges then looks like one that did not: its area is infinite.""",
        name="leaves_nan_out",
        replace="if not np.isfinite(losses).all():\n        return math.inf\n",
        by="fine = np.isfinite(losses)\n    widths, losses = np.diff(costs[fine]), losses[fine]\n")

mistake("convergence.area_under_curve", """Your area_under_curve takes costs that do not increase. Such a record is broken,
    or its lines are out of order, and the area has no meaning: raise ValueError.""",
        name="takes_costs_in_any_order", replace="if not (widths > 0).all():", by="if False:",
        forms=[{"replace": "(widths > 0)", "by": "(widths >= 0)"}])

mistake("convergence.area_under_curve", """With `log` your area_under_curve takes losses of 0 or below. They have no
    logarithm: raise ValueError.""",
        name="takes_losses_without_a_logarithm", replace="if log and (losses <= 0).any():", by="if False:",
        forms=[{"replace": "(losses <= 0)", "by": "(losses < 0)"}])

mistake("convergence.area_under_curve", """With `log` your area_under_curve raises an error for a loss of NaN. `not loss > 0` is
    true of it, but it is neither 0 nor negative: the run has diverged, and its area is infinite.""",
        name="raises_for_nan", replace="if log and (losses <= 0).any():", by="if log and not (losses > 0).all():")

mistake("convergence.area_under_curve", """Your area_under_curve returns infinity for a loss that is not finite before it has
    looked for errors. A record with broken costs, or with log a loss of 0 or below, raises ValueError whatever else is in it.""",
        name="looks_for_errors_last", replace="widths = np.diff(costs)",
        by="if not np.isfinite(losses).all():\n        return math.inf\n    widths = np.diff(costs)")

# ── bootstrap_interval ──────────────────────────────────────────────────────────────────────────────────────────

mistake("convergence.bootstrap_interval", """Your bootstrap_interval draws without replacement. Each resample then has all
    values, in another order, and most statistics have the same value each time: one value may come twice and another not at
    all.""",
        name="draws_without_replacement", replace="generator.integers(len(values), size=len(values))",
        by="generator.permutation(len(values))")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval leaves out 1 - level at each end, twice as much as it
    should. Half of it belongs to each end.""",
        name="leaves_out_twice_as_much", replace="(1 - level) / 2", by="1 - level")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval returns the upper end first. The interval is (low,
    high).""",
        name="turns_the_ends_round",
        replace="return float(low), float(high)", by="return float(high), float(low)")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval interpolates between two percentiles. Between two
    infinities that is ∞ - ∞, which is NaN: take a value that the statistic had, as np.quantile does with
    method="inverted_cdf".""",
        name="interpolates",
        replace=', method="inverted_cdf")', by=")")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval leaves the infinite values out. They stand for runs
    that never arrived, and without them the method looks better the more often it fails.""",
        name="leaves_out_the_runs_that_failed", replace="found = np.empty(resamples)",
        by="values = values[np.isfinite(values)]\n    found = np.empty(resamples)")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval draws from the global random numbers. All are to come
    from `generator`, so that the interval does not hang on what ran before.""",
        name="draws_from_the_global_numbers", replace="generator.integers(", by="np.random.randint(")

mistake("convergence.bootstrap_interval", """Your bootstrap_interval makes a generator of its own with a fixed seed, so
    every call draws the same places. Draw from the `generator` that it is given.""",
        name="seeds_with_a_number", replace="found = np.empty(resamples)",
        by="generator = np.random.default_rng(0)\n    found = np.empty(resamples)")

# ── sign_test ───────────────────────────────────────────────────────────────────────────────────────────────────

SUM = "min(1.0, 2 * sum(math.comb(n, i) for i in range(k, n + 1)) / 2 ** n)"

mistake("convergence.sign_test", """Your sign_test asks one side only. Before the runs nobody said which method would win,
    so as uneven a result in the other direction counts too: twice the tail.""",
        name="asks_one_side", replace="2 * sum(", by="sum(")

mistake("convergence.sign_test", """Your sign_test takes the probability of exactly this many wins. More uneven results
    belong to the p-value as well: sum from k to n.""",
        name="takes_one_term", replace="range(k, n + 1)", by="range(k, k + 1)")

mistake("convergence.sign_test", """Your sign_test lets a p-value above 1 out. Where wins and losses are equal the two tails
    overlap, and their sum counts the middle twice: 1.0 is the largest.""",
        name="exceeds_one", replace=SUM,
        by="2 * sum(math.comb(n, i) for i in range(k, n + 1)) / 2 ** n")

mistake("convergence.sign_test", """Your sign_test counts ties among the seeds. They favour neither, and with them in n the
    coin would have a third side: leave them out.""",
        name="counts_ties", replace="n, k = wins + losses, max(wins, losses)", by="n, k = len(first), max(wins, losses)")

mistake("convergence.sign_test", """Your sign_test leaves out seeds with an infinite cost. Such a run lost against one that
    arrived, and that is the clearest result of all.""",
        name="leaves_out_infinite_costs", replace="wins, losses = int((first < second).sum()), int((first > second).sum())",
        by="""fine = np.isfinite(first) & np.isfinite(second)
    wins, losses = int((first < second)[fine].sum()), int((first > second)[fine].sum())""")

mistake("convergence.sign_test", """Your sign_test counts the wins of `first` alone. Where `second` is the better one, its wins
    are k: the larger of the two counts.""",
        name="counts_one_methods_wins", replace="max(wins, losses)", by="wins")

mistake("convergence.sign_test", """Your sign_test takes costs that are NaN. Comparisons with NaN are False, so those seeds
    pass for ties: raise ValueError.""",
        name="takes_nan", replace="if np.isnan(first).any() or np.isnan(second).any():", by="if False:")
