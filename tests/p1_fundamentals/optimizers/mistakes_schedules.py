"""What learners get wrong in `schedules`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── the warm-up ─────────────────────────────────────────────────────────────────────────────────────────────────

RISE = "(step + 1) / (warmup + 1)"

mistake("schedules.constant", """Your constant starts at a rate of 0, or comes to the peak one step early: the warm-up is (t
    + 1)/(w + 1). With t/w step 0 would move nothing, and with (t + 1)/w the peak would come at step w - 1.""",
        name="counts_the_warm_up_differently", replace=RISE, by="step / max(warmup, 1) if warmup else 1.0", forms=[
            {"replace": RISE, "by": "(step + 1) / max(warmup, 1)"}, {"replace": RISE, "by": "step / (warmup + 1)"}])

mistake("schedules.constant", """Your constant goes on rising after the warm-up. From step `warmup` on the rate is the peak.""",
        name="never_stops_rising", replace="min(1.0, (step + 1) / (warmup + 1))", by=RISE)

mistake("schedules.constant", """Your constant leaves `peak` out: it returns the share of the peak.""",
        name="leaves_the_peak_out",
        replace="peak * min", by="min")

mistake("schedules.inverse_sqrt", """Your inverse_sqrt counts the steps from 0 in the formula. The paper counts them from 1:
    the step's number is step + 1, and warmup + 1 is the one at which the two terms meet.""",
        name="counts_from_zero",
        replace="number, top = step + 1, warmup + 1", by="number, top = max(step, 1e-9), max(warmup, 1)", forms=[
            {"replace": "min(number / top, math.sqrt(top / number))",
             "by": "(number / top if step <= warmup else math.sqrt(max(warmup, 1) / step))"}])

mistake("schedules.inverse_sqrt", """Your inverse_sqrt comes to its peak one step early: with (t + 1)/w step w - 1 has it
    already. The rise is (t + 1)/(w + 1), which meets the fall at step w.""",
        name="peaks_one_step_early",
        replace="number, top = step + 1, warmup + 1", by="number, top = step + 1, max(warmup, 1)")

mistake("schedules.inverse_sqrt", """Your inverse_sqrt takes the larger of the two terms. The rise is below the fall before
    the peak, and above it afterwards: the smaller one is right on both sides.""",
        name="takes_the_larger_term", replace="min(", by="max(")

mistake("schedules.inverse_sqrt", """Your inverse_sqrt falls as 1/t. With the square root it falls more slowly: half the
    peak is reached at four times the number of steps.""",
        name="leaves_the_root_out", replace="math.sqrt(top / number)", by="top / number")

mistake("schedules.inverse_sqrt", """Your inverse_sqrt falls from step 0 on, without a warm-up. The rate rises in a straight
    line up to the peak at step `warmup`.""",
        name="falls_from_the_start", replace="min(number / top, math.sqrt(top / number))",
        by="math.sqrt(top / number)")

# ── cosine ──────────────────────────────────────────────────────────────────────────────────────────────────────

PROGRESS = "min(1.0, (step - warmup) / (total - 1 - warmup))"

mistake("schedules.cosine", """Your cosine is at its floor one step after the last: it divides by total - warmup. The steps
    are numbered from 0 to total - 1, so between step `warmup` and the last lie total - 1 - warmup steps.""",
        name="ends_one_step_late",
        replace="total - 1 - warmup", by="total - warmup")

mistake("schedules.cosine", """Your cosine rises again beyond the last step, as every cosine does. Hold the progress at 1.""",
        name="rises_again", replace=PROGRESS, by="(step - warmup) / (total - 1 - warmup)")

mistake("schedules.cosine", """Your cosine measures the way down from step 0. It starts where the warm-up ends: the progress
    is 0 at step `warmup`.""",
        name="ignores_the_warm_up_in_the_progress", replace=PROGRESS, by="min(1.0, step / (total - 1))")

mistake("schedules.cosine", """Your cosine goes down to 0, whatever `floor` says. It goes from the peak to the floor, so the
    half of the difference is what is multiplied.""",
        name="ignores_the_floor", replace="_between(peak, floor,", by="_between(peak, 0.0,")

mistake("schedules.cosine", """Your cosine runs down to 0 and is cut off at the floor, so it is there before the last step.
    Half a cosine goes from the peak to the floor, and is flat where it ends.""",
        name="cuts_off_at_the_floor", replace='_between(peak, floor, progress, "cos")',
        by='max(floor, _between(peak, 0.0, progress, "cos"))')

mistake("schedules.cosine", """Your cosine adds the floor to a cosine with the whole height of the peak, and so begins above
    the peak. Its height is peak - floor.""",
        name="adds_the_floor", replace="_between(peak, floor,", by="_between(floor + peak, floor,")

mistake("schedules.cosine", """Your cosine has the warm-up of another count: it is (t + 1)/(w + 1), so that step 0 moves and
    step w has the peak.""",
        name="another_warm_up", replace="(step + 1) / (warmup + 1)", by="step / warmup",
        forms=[{"replace": "(step + 1) / (warmup + 1)", "by": "(step + 1) / warmup"}])

mistake("schedules.cosine", """Your cosine is a straight line. Half a cosine is flat at both ends: (1 + cos πs)/2, with s
    from 0 to 1.""",
        name="is_a_line", replace='"cos")', by='"linear")')

mistake("schedules.cosine", """Your cosine warms up from the floor. The warm-up knows nothing of it: the line goes to the
    peak from 0, one step before step 0.""",
        name="warms_up_from_the_floor", replace="return peak * (step + 1) / (warmup + 1)",
        by="return floor + (peak - floor) * (step + 1) / (warmup + 1)")

mistake("schedules.cosine", """Your cosine takes a `total` that leaves no room for the way down, where the last step has to
    be both at the peak and at the floor. Raise ValueError where total is less than warmup + 2.""",
        name="takes_too_few_steps",
        replace="if total < warmup + 2:", by="if total <= warmup:")

# ── one_cycle ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake("schedules.one_cycle", """Your one_cycle rounds the step of the peak to a whole number. It may lie between two
    steps, and the lines on both sides go to that point.""",
        name="rounds_the_peak", replace="top, end = pct_start * total - 1,",
        by="top, end = max(int(pct_start * total) - 1, 0.5),")

mistake("schedules.one_cycle", """Your one_cycle has its peak at the step pct_start · total. Steps are counted from 0, so
    the peak lies one before it, as the last rate lies at total - 1.""",
        name="peaks_one_step_late", replace="top, end = pct_start * total - 1,",
        by="top, end = pct_start * total,")

mistake("schedules.one_cycle", """Your one_cycle comes to its last rate one step after the last. The steps are numbered from
    0 to total - 1.""",
        name="ends_one_cycle_late", replace="total - 1\n    if step", by="total\n    if step")

mistake("schedules.one_cycle", """Your one_cycle ends at peak / final_div_factor. The last rate is the *first* one divided
    by it, and the first is peak / div_factor.""",
        name="divides_the_peak", replace="last = first /", by="last = peak /")

mistake("schedules.one_cycle", """Your one_cycle goes on beyond the last step. There the rate stays the last one.""",
        name="goes_on",
        replace="min(1.0, (step - top) / (end - top))", by="(step - top) / (end - top)")

mistake("schedules.one_cycle", """Your one_cycle falls in a straight line whatever `anneal` says: that is for both parts.""",
        name="falls_in_a_line", replace="(end - top)), anneal)", by='(end - top)), "linear")')

mistake("schedules.one_cycle", """Your one_cycle anneals the same way whatever `anneal` says. "linear" means straight lines,
    "cos" half a cosine for each part.""",
        name="ignores_anneal", replace="    first = peak / div_factor",
        by='    anneal = "cos"\n    first = peak / div_factor',
        forms=[{"replace": "    first = peak / div_factor", "by": '    anneal = "linear"\n    first = peak / div_factor'}])

mistake("schedules.one_cycle", """Your one_cycle takes any word for `anneal`. A slip such as "cosine" would train with the
    other shape, and nobody would see it: raise ValueError.""",
        name="takes_any_word", replace='if anneal not in ("cos", "linear"):', by="if False:")

# ── set_rate ────────────────────────────────────────────────────────────────────────────────────────────────────

SET = 'group["lr"] = factor * group.setdefault("initial_lr", group["lr"])'

mistake("schedules.set_rate", """Your set_rate multiplies the rate as it is now, so the factors of all calls are multiplied: after
    ten calls with 0.5 a thousandth is left. Keep each group's first rate under "initial_lr", and multiply that.""",
        name="multiplies_again",
        replace=SET, by='group["lr"] *= factor', forms=[
            {"replace": SET, "by": 'group["initial_lr"] = group["lr"]\n        group["lr"] = factor * group["initial_lr"]'}])

mistake("schedules.set_rate", """Your set_rate keeps the first rates somewhere else than in the groups. There a saved state
    does not have them, so a training that is resumed starts from a wrong rate: keep each under "initial_lr" in its group,
    and use the value that is there.""",
        name="keeps_first_rates_elsewhere", replace=SET,
        by='kept = optimizer.__dict__.setdefault("kept", {})\n        '
           'group["lr"] = factor * kept.setdefault(id(group), group["lr"])')

mistake("schedules.set_rate", """Your set_rate gives the factor itself to every group as its rate. The ratios between the
    groups are lost: it multiplies the first rate of each.""",
        name="sets_the_factor", replace=SET, by='group["lr"] = factor', forms=[
            {"replace": SET, "by": 'group.setdefault("initial_lr", group["lr"])\n        group["lr"] = factor'}])

mistake("schedules.set_rate", """Your set_rate takes the first rate of the first group for all. Each group has its own.""",
        name="one_rate_for_all", replace=SET,
        by='first = optimizer.param_groups[0]\n        group["lr"] = factor * first.setdefault("initial_lr", first["lr"])',
        forms=[
            {"replace": SET, "by": 'group.setdefault("initial_lr", group["lr"])\n        '
                                   'group["lr"] = factor * optimizer.param_groups[0]["initial_lr"]'}])
