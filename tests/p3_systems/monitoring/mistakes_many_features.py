"""What learners get wrong in `many_features`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Bonferroni ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("many_features.bonferroni", """Your bonferroni gives results above 1. No p-value is: cut them there.""",
        name="bonferroni_above_1", replace="np.minimum(1.0, len(p) * p)", by="len(p) * p")

mistake("many_features.bonferroni", """Your bonferroni divides by the number of features, so it makes p-values smaller and finds more the
    more features there are. Dividing is for the level; a p-value is multiplied.""", name="bonferroni_divides",
        replace="np.minimum(1.0, len(p) * p)", by="p / len(p)")

mistake("many_features.bonferroni", """Your bonferroni is Šidák's correction, 1 - (1 - p)^m. It is right for independent features only, and
    its result is a little smaller than m p, the bound that holds for all.""", name="sidak",
        replace="np.minimum(1.0, len(p) * p)", by="1 - (1 - p) ** len(p)",
        forms=[{"replace": "np.minimum(1.0, len(p) * p)", "by": "-np.expm1(len(p) * np.log1p(-np.minimum(p, 1 - 1e-16)))"}])

mistake("many_features.bonferroni", """Your bonferroni returns the p-values as they are. Of 20 features of which none has changed,
    one or more are below 0.05 in 64 of 100 cases.""", name="bonferroni_does_nothing",
        replace="np.minimum(1.0, len(p) * p)", by="p")

# ── Holm ────────────────────────────────────────────────────────────────────────────────────────────────────────

STEPS = "np.arange(len(p), 0, -1) * p[order]"
RUNNING = "np.minimum(1.0, np.maximum.accumulate(steps))"

mistake("many_features.holm", """Your holm lacks the running maximum: a feature can have a smaller result than another whose p-value is
    smaller. Holm stops at the first p-value that is too large, and nothing beyond it is rejected.""", name="holm_without_maximum",
        replace=RUNNING, by="np.minimum(1.0, steps)")

mistake("many_features.holm", """Your holm compares each step with the one right before it only. A large step counts for all that follow: a feature two or more places
    further on can still have a smaller result than one whose p-value is smaller. `np.maximum.accumulate` keeps the largest so far.""",
        name="holm_one_step_back", replace=RUNNING, by="np.minimum(1.0, np.maximum(steps, np.append(steps[:1], steps[:-1])))")

mistake("many_features.holm", """Your holm takes a running minimum from the largest p-value down. That is Hochberg's procedure, which steps
    up; it rejects more, and needs independence. Holm steps down: a running maximum from the smallest.""", name="hochberg",
        replace=RUNNING, by="np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])")

mistake("many_features.holm", """The factors of your holm begin with m - 1. The smallest p-value is compared with the level divided by m,
    as in Bonferroni's procedure, and the largest with the level itself.""", name="holm_from_m_minus_1",
        replace="np.arange(len(p), 0, -1)", by="np.arange(len(p) - 1, -1, -1)")

mistake("many_features.holm", """The factors of your holm rise from 1 to m with the p-values. They fall: the smallest p-value has the factor
    m.""", name="holm_rising_factors", replace="np.arange(len(p), 0, -1)", by="np.arange(1, len(p) + 1)")

mistake("many_features.holm", """The factors of your holm count how many different p-values are left, so equal ones count as one feature. Each is a test of its own,
    and may be a false alarm of its own: with factors that are too small, Holm no longer holds the family-wise error.""",
        name="holm_counts_distinct", replace=STEPS, by="(len(np.unique(p)) - np.searchsorted(np.unique(p), p[order])) * p[order]")

mistake("many_features.holm", """Your holm gives results above 1. No p-value is: cut them there.""", name="holm_above_1",
        replace=RUNNING, by="np.maximum.accumulate(steps)")

mistake("many_features.holm", """Your holm returns its results in the order of the sorted p-values. They belong to the features, in the order in
    which these came.""", name="holm_stays_sorted", replace="adjusted[order] =", by="adjusted[:] =")

mistake("many_features.holm", """Your holm puts its results back with `result[order]`. That orders them a second time; what undoes an order is
    `adjusted[order] = result`, or the order of the order.""", name="holm_orders_twice",
        replace="adjusted[order] = " + RUNNING, by="adjusted[:] = " + RUNNING + "[order]")

mistake("many_features.holm", """Your holm gives Bonferroni's results. It may take smaller factors after the first.""", name="holm_is_bonferroni",
        replace=STEPS, by="len(p) * p[order]")

# ── Benjamini and Hochberg ──────────────────────────────────────────────────────────────────────────────────────

BH_STEPS = "len(p) / np.arange(1, len(p) + 1) * p[order]"
BH_RUNNING = "np.minimum.accumulate(steps[::-1])[::-1]"

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg lacks the running minimum: a feature can have a larger result than another whose
    p-value is larger. The procedure looks for the *last* p-value that is small enough, and rejects all up to it.""",
        name="bh_without_minimum", replace=BH_RUNNING, by="steps",
        forms=[{"replace": BH_RUNNING, "by": "np.minimum(1.0, steps)"}])

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg takes a running maximum from the smallest p-value, as Holm does. It steps up: a
    running minimum, from the largest.""", name="bh_steps_down", replace=BH_RUNNING, by="np.maximum.accumulate(steps)",
        forms=[{"replace": BH_RUNNING, "by": "np.minimum(1.0, np.maximum.accumulate(steps))"}])

mistake("many_features.benjamini_hochberg", """The running minimum of your benjamini_hochberg begins at the smallest p-value. It has to come from the
    largest: the result is the smallest of this step and all *later* ones.""", name="bh_minimum_from_below",
        replace=BH_RUNNING, by="np.minimum.accumulate(steps)")

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg multiplies by rank / m. It is the level that is multiplied by that, so the p-value is
    multiplied by m / rank.""", name="bh_rank_over_m", replace=BH_STEPS, by="np.arange(1, len(p) + 1) / max(len(p), 1) * p[order]")

mistake("many_features.benjamini_hochberg", """The ranks of your benjamini_hochberg fall: the smallest p-value has rank 1 and the factor m, the largest has
    rank m and the factor 1.""", name="bh_falling_ranks", replace="np.arange(1, len(p) + 1)", by="np.arange(len(p), 0, -1)")

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg gives equal p-values the lowest of their ranks. At that p-value the procedure rejects them all, so it is the
    highest that counts, as many as are at most so large. With the lowest the results are too large, and changes are missed.""",
        name="bh_lowest_rank_of_ties", replace=BH_STEPS, by="len(p) / (np.searchsorted(p[order], p[order]) + 1) * p[order]")

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg has Benjamini and Yekutieli's further factor, 1 + 1/2 + … + 1/m. It holds the rate
    for every kind of dependence and finds much less; the contract has the procedure of 1995.""", name="benjamini_yekutieli",
        replace=BH_RUNNING, by="np.minimum(1.0, " + BH_RUNNING + " * (1 / np.arange(1, len(p) + 1)).sum())")

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg returns its results in the order of the sorted p-values. They belong to the features,
    in the order in which these came.""", name="bh_stays_sorted", replace="adjusted[order] =", by="adjusted[:] =")

mistake("many_features.benjamini_hochberg", """Your benjamini_hochberg puts its results back with `result[order]`. That orders them a second time; what undoes
    an order is `adjusted[order] = result`, or the order of the order.""", name="bh_orders_twice",
        replace="adjusted[order] = " + BH_RUNNING, by="adjusted[:] = (" + BH_RUNNING + ")[order]")

# ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────────

CHECK, COPY = "if not ((p >= 0) & (p <= 1)).all():", "p = p.astype(np.float64)"

for function, label in (("bonferroni", "bonferroni"), ("holm", "holm"), ("benjamini_hochberg", "bh")):
    mistake(f"many_features.{function}", f"""Your {function} checks nothing. NaN, and what is below 0 or above 1, is no p-value; results made
        of it look like others.""", name=f"{label}_accepts_all", replace=CHECK, by="if False:")
    mistake(f"many_features.{function}", f"""Your {function} lets NaN through: `p < 0` and `p > 1` are both False for it, as every comparison is.
        Ask whether all are from 0 to 1.""", name=f"{label}_accepts_nan", replace=CHECK,
            by="if (p < 0).any() or (p > 1).any():")
    mistake(f"many_features.{function}", f"""Your {function} changes the p-values that it was given. They are the caller's: make a copy first.""",
            name=f"{label}_in_place", replace=COPY, by="given = p\n    p = p.astype(np.float64)\n    given[:] = np.sort(given)",
            forms=[{"replace": COPY, "by": "p *= len(p)\n    return np.minimum(p, 1.0, out=p).astype(np.float64)"}] if label == "bonferroni" else [])
    mistake(f"many_features.{function}", f"""Your {function} keeps the dtype of the p-values: float32 stays float32, with seven digits. The contract has
        float64 for all, so that a result does not depend on how p-values were stored.""", name=f"{label}_keeps_dtype", replace=COPY, by="p = p.copy()")
    mistake(f"many_features.{function}", f"""Your {function} fails where there are no p-values: of nothing there is no smallest and no largest. Ask
        whether *all* are from 0 to 1; of none that is true, and the result is empty.""", name=f"{label}_fails_for_none", replace=CHECK,
            by="if not (p.min() >= 0 and p.max() <= 1):")

# ── Rates ───────────────────────────────────────────────────────────────────────────────────────────────────────

FDR = "float(share.mean())"

mistake("many_features.error_rates", """Your false discovery rate divides all false rejections by all rejections of all runs. It is the mean of
    each run's own share: a run with one rejection, a false one, counts as much as a run with a hundred.""", name="ratio_of_sums",
        replace=FDR, by="float(false.sum() / max((false + found).sum(), 1))")

mistake("many_features.error_rates", """Your false discovery rate is the mean over the runs that rejected something. Runs without a rejection
    count as 0: else it could not be held where nothing has changed.""", name="only_runs_with_rejections",
        replace=FDR, by="float(share[false + found > 0].mean()) if (false + found).any() else 0.0")

mistake("many_features.error_rates", """Your false discovery rate is 0 / 0, NaN, for runs without a rejection. They count as 0.""", name="nan_without_rejections",
        replace="np.maximum(false + found, 1)", by="(false + found)")

mistake("many_features.error_rates", """Your family-wise error counts the runs with any rejection. Only false ones count: of features that have not
    changed.""", name="any_rejection", replace="(false > 0).mean()", by="(false + found > 0).mean()")

mistake("many_features.error_rates", """Your family-wise error is the share of the unchanged features that were rejected. It is the share of *runs* in which
    any was.""", name="per_feature", replace="(false > 0).mean()", by="false.mean() / max(np.count_nonzero(null), 1)")

mistake("many_features.error_rates", """Your family-wise error is the mean number of false rejections in a run, which can be above 1. It is the share of runs with *any*: a run
    with three counts as much as a run with one.""", name="false_rejections_per_run", replace="(false > 0).mean()", by="false.mean()")

mistake("many_features.error_rates", """Your power is the share of runs in which any changed feature was rejected. It is the share of the changed
    features.""", name="power_of_runs", replace="found.mean() / changed if changed", by="(found > 0).mean() if changed")

mistake("many_features.error_rates", """Your power is 0 where no feature has changed. Nothing was to be found then, and NaN says so.""",
        name="power_0_without_changes", replace="else np.nan", by="else 0.0",
        forms=[{"replace": "found.mean() / changed if changed else np.nan", "by": "found.mean() / max(changed, 1)"}])

mistake("many_features.error_rates", """Your rates have `null` the wrong way round. True is where nothing has changed, so to reject there is false.""",
        name="null_inverted", replace="false = (rejected & null).sum(axis=1)                           # (runs,)",
        by="null = ~null\n    false = (rejected & null).sum(axis=1)")

mistake("many_features.error_rates", """Your rates raise no ValueError where there are no runs. A mean of nothing is NaN.""", name="accepts_no_runs",
        replace="if not len(rejected):", by="if False:")
