"""What learners get wrong in `derive_bias_correction`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

SUM = "(1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))"
BIAS = "-c * (b / (1 - b) - t * b ** t / (1 - b ** t))"
SPREAD = "s2 * (1 - b) * (1 + b ** t) / ((1 + b) * (1 - b ** t))"

# ── the sum ─────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_bias_correction.as_a_sum", """In your sum the oldest gradient weighs most. Each step multiplies what was there
    by b, so g_i² has been multiplied once for each step after it, t - i times.""", name="weighs_the_oldest_most",
        replace="b ** (t - i)", by="b ** (i - 1)", forms=[{"replace": "b ** (t - i)", "by": "b ** i"}])

mistake("derive_bias_correction.as_a_sum", """The weights in your sum are off by one power of b. Look at t = 1: v₁ = (1 - b)
    g₁², with no b before it.""", name="is_off_by_a_power", replace="b ** (t - i)", by="b ** (t - i + 1)")

mistake("derive_bias_correction.as_a_sum", """Your sum lacks the factor 1 - b with which each square enters the average.""",
        name="forgets_one_minus_b", replace="(1 - b) * sp.Sum", by="sp.Sum")

mistake("derive_bias_correction.as_a_sum", """Your sum adds gradients, and v is an average of their squares.""",
        name="forgets_the_square", replace="g[i] ** 2", by="g[i]")

mistake("derive_bias_correction.as_a_sum", """Your sum begins at g_0. The gradients are g_1 to g_t.""", name="begins_at_0",
        replace="(i, 1, t)", by="(i, 0, t)", forms=[
            {"replace": "b ** (t - i) * g[i] ** 2, (i, 1, t)", "by": "b ** (t - 1 - i) * g[i] ** 2, (i, 0, t - 1)"}])

mistake("derive_bias_correction.as_a_sum", """Your sum ends before the last gradient. SymPy's Sum takes its last index in, other
    than Python's range.""", name="ends_at_t_minus_1", replace="(i, 1, t)", by="(i, 1, t - 1)")

# ── the expectation and the correction ──────────────────────────────────────────────────────────────────────────

mistake("derive_bias_correction.expectation", """Your expectation is s, which the average reaches only in the long run. After t
    steps its weights do not add up to 1: it began at 0, and the share b^t of that is still there.""", name="takes_the_limit",
        replace="s * (1 - b ** t)", by="s")

mistake("derive_bias_correction.expectation", """Your expectation has (1 - b)^t. Only b is multiplied in each step: (1 - b)(1 +
    b + … + b^(t-1)) is 1 - b^t.""", name="raises_the_whole", replace="(1 - b ** t)", by="(1 - b) ** t")

mistake("derive_bias_correction.expectation", """Your expectation is off by one step. There are t weights, (1 - b) b⁰ to (1 - b)
    b^(t-1), and for t = 1 their sum is 1 - b.""", name="expectation_is_off_by_a_step", replace="b ** t", by="b ** (t - 1)")

mistake("derive_bias_correction.expectation", """Your expectation lacks the factor 1 - b of every weight: 1 + b + … + b^(t-1) is
    (1 - b^t)/(1 - b), and the factor cancels the denominator.""", name="adds_powers_alone",
        replace="(1 - b ** t)", by="(1 - b ** t) / (1 - b)")

mistake("derive_bias_correction.expectation", """Your expectation is what is missing, s b^t, and not what is there: the rest, s
    (1 - b^t).""", name="returns_what_is_missing", replace="(1 - b ** t)", by="b ** t")


def _keeps_the_sum(s, b, t):
    i = sp.Symbol("i", integer=True)
    return (1 - b) * s * sp.Sum(b ** (t - i), (i, 1, t))


mistake("derive_bias_correction.expectation", """Your expectation still contains a sum. It is right, and it is geometric: 1 + b
    + … + b^(t-1) = (1 - b^t)/(1 - b).""")(_keeps_the_sum)

mistake("derive_bias_correction.corrected", """Your corrected multiplies by 1 - b^t, which makes the average still smaller.
    E[v_t] is that factor times s: divide by it.""", name="multiplies", replace="v / (1 - b ** t)", by="v * (1 - b ** t)")

mistake("derive_bias_correction.corrected", """Your corrected divides by 1 - b, as if every step were the first. The factor is 1
    - b^t, which grows towards 1.""", name="divides_by_one_minus_b", replace="(1 - b ** t)", by="(1 - b)",
        forms=[{"replace": "(1 - b ** t)", "by": "(1 - b) ** t"}])

mistake("derive_bias_correction.corrected", """Your corrected is off by a step: after t steps the weights add up to 1 - b^t. For
    t = 1 that is 1 - b.""", name="corrected_is_off_by_a_step", replace="b ** t", by="b ** (t - 1)")

# ── the drift ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_bias_correction.remaining_bias", """Your bias has the wrong sign: it is the expected estimate less the truth.
    Where the squares grow, the average lags behind and is too small.""",
        name="has_the_other_sign", replace=BIAS, by=f"-({BIAS})")

mistake("derive_bias_correction.remaining_bias", """Your bias is what remains in the long run, -c b/(1 - b). In the first steps
    there is nothing old in the average yet: after t = 1 the bias is 0.""", name="takes_the_limit_of_the_bias", replace=BIAS,
        by="-c * b / (1 - b)")

mistake("derive_bias_correction.remaining_bias", """Your bias is that of v_t, which is not corrected: its weights add up to 1 -
    b^t, by which it is divided before it is compared.""", name="forgets_to_correct", replace=BIAS,
        by="(a + c * t) * (1 - b ** t) - c * (b * (1 - b ** t) / (1 - b) - t * b ** t) - (a + c * t)")

mistake("derive_bias_correction.remaining_bias", """You return the expected estimate. The bias is how far that lies from E[g_t²]
    = a + c t: subtract it.""", name="returns_the_estimate", replace=BIAS, by=f"a + c * t + ({BIAS})")

mistake("derive_bias_correction.remaining_bias", """Your bias compares with a, where the drift began. The estimate is of
    E[g_t²], which is a + c t by now.""", name="compares_with_the_start", replace=BIAS, by=f"c * t + ({BIAS})")

mistake("derive_bias_correction.remaining_bias", """Your bias takes the newest gradient for one step old. It has the age 0, so
    that the mean age in the long run is b/(1 - b) and not 1/(1 - b).""", name="counts_ages_from_1", replace=BIAS,
        by=f"-c + ({BIAS})")

mistake("derive_bias_correction.remaining_bias", """Your Σ k b^k is cut off wrongly: it has t terms, of which the last is (t -
    1) b^(t-1). The bias after one step is 0, for the corrected average is the one square then.""",
        name="sums_one_age_too_many", replace=BIAS, by="-c * (b / (1 - b) - t * b ** t / (1 - b ** t) + "
        "t * b ** t * (1 - b) / (1 - b ** t))", forms=[
            {"replace": "t * b ** t / (1 - b ** t)", "by": "(t + 1) * b ** (t + 1) / (1 - b ** (t + 1))"}])


mistake("derive_bias_correction.remaining_bias", """Your bias is the right one divided by b. The geometric sum differentiated
    by b is Σ k b^(k-1), and the ages are weighted by b^k: multiply by b once more.""", name="loses_a_power_of_the_ages",
        replace=BIAS, by=f"{BIAS} / b")


def _sum_of_ages(a, c, b, t):
    k = sp.Symbol("k", integer=True)
    return -c * (1 - b) / (1 - b ** t) * sp.Sum(k * b ** k, (k, 0, t - 1))


mistake("derive_bias_correction.remaining_bias", """Your bias still contains a sum. It is right; a closed form takes Σ k b^k,
    which is b times the derivative by b of the geometric sum.""", name="keeps_the_sum_of_ages")(_sum_of_ages)

# ── the variance ────────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_bias_correction.variance", """Your variance is that of m_t, before the correction. Whatever a random number is
    divided by, its variance is divided by the square of that: (1 - b^t)².""",
        name="variance_before_the_correction", replace=SPREAD,
        by="s2 * (1 - b) * (1 - b ** (2 * t)) / (1 + b)")

mistake("derive_bias_correction.variance", """Your variance is divided by 1 - b^t once. Whatever a random number is divided by,
    its variance is divided by the square of that.""", name="divides_once", replace=SPREAD,
        by="s2 * (1 - b) * (1 - b ** (2 * t)) / ((1 + b) * (1 - b ** t))")

mistake("derive_bias_correction.variance", """Your variance adds the weights, and not their squares: a number with the weight w
    adds w² times its variance. With the weights alone nothing would be gained by averaging.""", name="adds_the_weights",
        replace=SPREAD, by="s2", forms=[{"replace": SPREAD, "by": "s2 / (1 - b ** t)"}])

mistake("derive_bias_correction.variance", """Your variance is what remains in the long run, s₂ (1 - b)/(1 + b). In the first
    steps fewer gradients are averaged: after one it is s₂ itself.""", name="takes_the_limit_of_the_variance", replace=SPREAD,
        by="s2 * (1 - b) / (1 + b)")

mistake("derive_bias_correction.variance", """Your variance is that of a plain mean of t gradients, which all have the same
    weight. Here the weights fall with age, and their squares add up to another number.""",
        name="takes_a_plain_mean", replace=SPREAD, by="s2 / t")

mistake("derive_bias_correction.variance", """Your variance has its signs the wrong way round, and grows as more is averaged. 1
    - b^(2t) over (1 - b^t)² is (1 + b^t)/(1 - b^t), and (1 - b)² over 1 - b² is (1 - b)/(1 + b).""", name="swaps_the_signs",
        replace=SPREAD, by="s2 * (1 + b) * (1 - b ** t) / ((1 - b) * (1 + b ** t))")

mistake("derive_bias_correction.variance", """Your variance has b to the power t². Python reads `b ** t ** 2` as `b ** (t **
    2)`. The square of b^t is b^(2t).""", name="takes_a_power_of_the_power", replace=SPREAD,
        by="s2 * (1 - b) ** 2 * (1 - b ** t ** 2) / ((1 - b ** 2) * (1 - b ** t) ** 2)")


def _keeps_the_sum_of_squares(s2, b, t):
    k = sp.Symbol("k", integer=True)
    return s2 * sp.Sum(((1 - b) * b ** k / (1 - b ** t)) ** 2, (k, 0, t - 1))


mistake("derive_bias_correction.variance", """Your variance still contains a sum. It is right, and it is geometric in b²: 1 +
    b² + … + b^(2t-2) = (1 - b^(2t))/(1 - b²).""", name="keeps_the_sum_of_squares")(_keeps_the_sum_of_squares)
