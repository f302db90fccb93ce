"""What learners get wrong in `effect_size`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── How many independent values ─────────────────────────────────────────────────────────────────────────────────

R = "max(0.0, float(around[:-1] @ around[1:] / (around @ around)))"
SIZE = "max(1.0, len(x) * (1 - r) / (1 + r))"

mistake("effect_size.effective_size", """Your effective_size does not subtract the mean. The products then measure how far the stream is from 0, and not
    whether its deviations go on.""", name="without_the_mean", replace="around = x - x.mean()", by="around = x")

mistake("effect_size.effective_size", """Your r divides by the squares of n - 1 values, or is a mean of n - 1 products over a variance. The contract has one sum of
    all n squares below; it keeps r below 1 whatever the stream.""", name="another_denominator",
        replace=R, by="max(0.0, float(around[:-1] @ around[1:] / max(around[:-1] @ around[:-1], 1e-300)))",
        forms=[{"replace": R, "by": "max(0.0, float(np.nan_to_num((around[:-1] * around[1:]).mean()) / np.var(x)))"}])

mistake("effect_size.effective_size", """Your r is the correlation coefficient of the stream and the stream one step later, by `np.corrcoef`. It takes a mean and a
    deviation of each of the two by itself; the contract has one mean and one sum of squares.""", name="corrcoef", replace=R,
        by="max(0.0, float(np.nan_to_num(np.corrcoef(x[:-1], x[1:])[0, 1]))) if len(x) > 2 else 0.0")

mistake("effect_size.effective_size", """Your effective_size lets a negative r make the result larger than n. That is true of some streams, and an estimate of r is
    negative by chance half of the time: the contract counts it as 0.""", name="negative_r_counts", replace=R,
        by="float(around[:-1] @ around[1:] / (around @ around))",
        forms=[{"replace": R, "by": "abs(float(around[:-1] @ around[1:] / (around @ around)))"}])

mistake("effect_size.effective_size", """Your effective_size is n (1 + r) / (1 - r): the more the values depend on each other, the more they would be
    worth.""", name="factor_turned_over", replace=SIZE, by="max(1.0, len(x) * (1 + r) / (1 - r))")

mistake("effect_size.effective_size", """Your effective_size leaves out the 1 + r below. The correlation of two steps is r², of three r³, on both sides of each
    value: together they make (1 - r) / (1 + r).""", name="only_1_minus_r", replace=SIZE, by="max(1.0, len(x) * (1 - r))",
        forms=[{"replace": SIZE, "by": "max(1.0, len(x) / (1 + r))"}, {"replace": SIZE, "by": "max(1.0, len(x) / (1 + 2 * r))"}])

mistake("effect_size.effective_size", """Your effective_size can be less than 1. A stream of one value or more is worth one.""", name="less_than_1",
        replace=SIZE, by="len(x) * (1 - r) / (1 + r)")

mistake("effect_size.effective_size", """Your effective_size divides 0 by 0 for a stream whose values are all equal. The contract gives n.""",
        name="equal_values_divide", replace="if (x == x[0]).all():", by="if False:",
        forms=[{"replace": "if (x == x[0]).all():", "by": "if len(x) == 1:"}])

mistake("effect_size.effective_size", """Your effective_size accepts an empty stream, or one with NaN or an infinite value.""", name="size_accepts_all",
        replace="not x.size or not np.isfinite(x).all()", by="not x.size", forms=[{"replace": "not np.isfinite(x).all()", "by": "np.isnan(x).any()"}])

# ── The shift ───────────────────────────────────────────────────────────────────────────────────────────────────

SHIFT = "(w.mean() - x.mean()) / x.std(ddof=1)"
Z = "math.sqrt((1 / len(x) + 1 / len(w)) / independent)"
P = "math.erfc(abs(z) / math.sqrt(2))"

mistake("effect_size.mean_shift", """Your d divides by the square root of the sum of squares over n. The contract has n - 1 below: `ddof=1`.""",
        name="ddof_0", replace="x.std(ddof=1)", by="x.std()")

mistake("effect_size.mean_shift", """Your d is the reference's mean minus the window's. A shift is where the window went.""", name="the_other_sign",
        replace="w.mean() - x.mean()", by="x.mean() - w.mean()")

mistake("effect_size.mean_shift", """Your d loses its sign. The contract has it: whoever reads the alarm asks which way.""", name="without_sign",
        replace=SHIFT, by="abs(" + SHIFT + ")")

mistake("effect_size.mean_shift", """Your d is not in standard deviations: it is the difference of the means itself, or in units of the variance.""",
        name="not_in_deviations", replace=SHIFT, by="(w.mean() - x.mean())", forms=[{"replace": SHIFT, "by": "(w.mean() - x.mean()) / x.var(ddof=1)"}])

mistake("effect_size.mean_shift", """Your d divides by a deviation that the window has a part in. If the window spreads out, the same shift looks smaller: the
    contract has the reference's.""", name="pooled_deviation", replace=SHIFT, by="(w.mean() - x.mean()) / np.concatenate([x, w]).std(ddof=1)",
        forms=[{"replace": SHIFT, "by": "(w.mean() - x.mean()) / math.sqrt((x.var(ddof=1) + w.var()) / 2)"},
               {"replace": SHIFT, "by": "(w.mean() - x.mean()) / max(w.std(), 1e-9)"}])

mistake("effect_size.mean_shift", """Your p-value takes all values for independent. In a stream whose values depend on those before them false alarms are
    frequent then: 3 of 4 windows at a correlation of 0.9.""", name="all_values_independent", replace=" / independent)", by=")")

mistake("effect_size.mean_shift", """Your p-value reduces the size of one sample only. Both are pieces of one kind of stream.""", name="one_size_reduced",
        replace=Z, by="math.sqrt(1 / len(x) / independent + 1 / len(w))", forms=[{"replace": Z, "by": "math.sqrt(1 / len(x) + 1 / len(w) / independent)"}])

mistake("effect_size.mean_shift", """Your p-value estimates the window's own effective size. A few values say little about their correlation, and the contract
    takes the reference's factor for both.""", name="windows_own_size", replace=Z,
        by="math.sqrt(1 / len(x) / independent + 1 / effective_size(window))")

mistake("effect_size.mean_shift", """Your p-value takes the reference's mean for known: 1/n is missing below the root.""", name="reference_is_known",
        replace=Z, by="math.sqrt(1 / len(w) / independent)")

mistake("effect_size.mean_shift", """Your p-value is one-sided. A shift down is a shift too: it is the probability of both tails.""", name="one_sided",
        replace=P, by=P + " / 2", forms=[{"replace": P, "by": "math.erfc(z / math.sqrt(2))"}])

mistake("effect_size.mean_shift", """Your p-value lacks the √2 under z: erfc(z) is the normal distribution's tail beyond √2 z.""", name="without_root_2",
        replace=P, by="math.erfc(abs(z))")

mistake("effect_size.mean_shift", """Your p-value is 1 minus erf. For large z that difference has no right digit, and is 0 from z = 8.3 on: erfc computes it
    directly.""", name="one_minus_erf", replace=P, by="1 - math.erf(abs(z) / math.sqrt(2))")

mistake("effect_size.mean_shift", """Your mean_shift accepts a window that is empty or not finite, or a reference that does not vary and has no unit to measure
    in.""", name="shift_accepts_all", replace=" or (reference == reference[0]).all()", by="",
        forms=[{"replace": "not window.size or not np.isfinite(window).all() or ", "by": ""}])

# ── Windows ─────────────────────────────────────────────────────────────────────────────────────────────────────

ALARM = "if p <= level and abs(shift) >= smallest:"
REFERENCE = "stream[tuned:begin]"
RANGE = "range(begin, len(stream) - window + 1, step)"

mistake("effect_size.watch", """Your watch raises an alarm for a small p-value alone. With enough values every shift has one.""", name="only_p",
        replace=ALARM, by="if p <= level:")

mistake("effect_size.watch", """Your watch raises an alarm for a large shift alone. In a small window chance makes large shifts.""", name="only_shift",
        replace=ALARM, by="if abs(shift) >= smallest:")

mistake("effect_size.watch", """Your watch raises an alarm where *either* the p-value or the shift asks for it. It takes both.""", name="either",
        replace=ALARM, by="if p <= level or abs(shift) >= smallest:")

mistake("effect_size.watch", """Your watch sees shifts up, and none down.""", name="only_up", replace=ALARM, by="if p <= level and shift >= smallest:")

mistake("effect_size.watch", """Your reference begins at the start of the stream, with the values on which the model and the monitor were tuned. They look
    better than any later ones will, and everything after them looks like drift.""", name="tuned_in_reference", replace=REFERENCE,
        by="stream[:begin]", forms=[{"replace": REFERENCE, "by": "stream[:reference]"}])

mistake("effect_size.watch", """Your reference grows: it takes in all values before the window, also those after the drift began. What the window is
    compared with has drifted itself then.""", name="growing_reference", replace=REFERENCE, by="stream[tuned:start]")

mistake("effect_size.watch", """Your reference moves along: it is what comes right before the window. A slow drift is then never seen.""",
        name="moving_reference", replace=REFERENCE, by="stream[start - reference:start]")

mistake("effect_size.watch", """Your first window begins inside of the reference, and is compared with itself.""", name="windows_in_reference",
        replace=RANGE, by="range(tuned, len(stream) - window + 1, step)",
        forms=[{"replace": RANGE, "by": "range(0, len(stream) - window + 1, step)"}, {"replace": RANGE, "by": "range(reference, len(stream) - window + 1, step)"}])

mistake("effect_size.watch", """Your last window is missing: a window that ends with the stream is whole.""", name="without_the_last", replace=RANGE,
        by="range(begin, len(stream) - window, step)")

mistake("effect_size.watch", """Your last windows are cut off by the end of the stream. Only whole windows count.""", name="cut_windows", replace=RANGE,
        by="range(begin, len(stream), step)")

mistake("effect_size.watch", """Your windows lie side by side, whatever `step` is.""", name="steps_of_a_window", replace=RANGE,
        by="range(begin, len(stream) - window + 1, window)")

mistake("effect_size.watch", """Your watch counts the windows, or counts places from the end of the reference. The results are places in the stream.""",
        name="other_places", replace="alarms.append(start)", by="alarms.append(start - begin)",
        forms=[{"replace": "alarms.append(start)", "by": "alarms.append((start - begin) // step)"}, {"replace": "alarms.append(start)", "by": "alarms.append(start - tuned)"}])

mistake("effect_size.watch", """Your watch takes sizes that make no sense: Python cuts slices silently where the stream ends, and counts negative places from
    its end.""", name="watch_accepts_all", replace="if tuned < 0 or min(reference, window, step) < 1 or tuned + reference > len(stream):", by="if False:",
        forms=[{"replace": " or tuned + reference > len(stream)", "by": ""}])
