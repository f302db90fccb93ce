"""What learners get wrong in `derive_batch_norm`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── gamma and beta ──────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_batch_norm.by_gamma_and_beta", """Your derivative by γ has x_k as a factor. In y_k = γ x̂_k + β it is the
    normalised value by which γ is multiplied.""",
        name="multiplies_by_x", replace="sp.Sum(g[k] * xhat, (k, 0, m - 1))", by="sp.Sum(g[k] * x[k], (k, 0, m - 1))",
        forms=[{"replace": "(x[k] - mu) / sp.sqrt(var + eps)", "by": "x[k]"}])

mistake("derive_batch_norm.by_gamma_and_beta", """Your derivative by γ has x_k - μ as a factor, and not x̂_k: the division
    by √(σ² + ε) is missing.""",
        name="does_not_divide_by_the_deviation", replace="(x[k] - mu) / sp.sqrt(var + eps)", by="(x[k] - mu)",
        forms=[{"replace": "g[k] * xhat", "by": "(g[k] * x[k] - g[k] * mu)"}])

mistake("derive_batch_norm.by_gamma_and_beta", """Your derivatives by γ and β are means over the batch. The one γ and the
    one β stand in every y_k, and L depends on all of them: their gradients are sums.""", name="takes_means_for_sums",
        replace="sp.Sum(g[k] * xhat, (k, 0, m - 1)), sp.Sum(g[k], (k, 0, m - 1))",
        by="sp.Sum(g[k] * xhat, (k, 0, m - 1)) / m, sp.Sum(g[k], (k, 0, m - 1)) / m",
        forms=[{"replace": "sp.Sum(g[k], (k, 0, m - 1))", "by": "sp.Sum(g[k], (k, 0, m - 1)) / m"},
               {"replace": "sp.Sum(g[k] * xhat, (k, 0, m - 1))", "by": "sp.Sum(g[k] * xhat, (k, 0, m - 1)) / m"}])

mistake("derive_batch_norm.by_gamma_and_beta", """You return the derivatives by β and by γ in this order. Wanted is the
    other: first by γ, then by β.""",
        name="exchanges_gamma_and_beta", replace="return sp.Sum(g[k] * xhat, (k, 0, m - 1)), sp.Sum(g[k], (k, 0, m - 1))",
        by="return sp.Sum(g[k], (k, 0, m - 1)), sp.Sum(g[k] * xhat, (k, 0, m - 1))")

mistake("derive_batch_norm.by_gamma_and_beta", """The ε is missing in your derivative by γ: x̂_k is (x_k - μ)/√(σ² + ε).""",
        name="leaves_epsilon_out_of_gamma",
        replace="sp.sqrt(var + eps)", by="sp.sqrt(var)", forms=[
            {"replace": "sp.Sum(g[k] * xhat, (k, 0, m - 1))",
             "by": "sp.Sum(g[k] * (x[k] - mu), (k, 0, m - 1)) * var ** sp.Rational(-1, 2)"}])

mistake("derive_batch_norm.by_gamma_and_beta", """ε stands beside the root in your derivative by γ, as √σ² + ε. In batch
    norm it is added to the variance, under the root.""",
        name="adds_epsilon_outside_of_the_root", replace="sp.sqrt(var + eps)", by="(sp.sqrt(var) + eps)")

# ── what a trial showed ─────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_batch_norm.by_variance", """Your by_variance is the derivative by the deviation s = √(σ² + ε), of which 1/s has
    the derivative -1/s². Wanted is the one by σ², of (σ² + ε)^(-1/2).""", name="differentiates_by_the_deviation",
        replace="-sp.Rational(1, 2) * (var + eps) ** sp.Rational(-3, 2)", by="-1 / (var + eps)")

mistake("derive_batch_norm.by_x", """The way through σ² has a factor too many in your derivative by x_i: in ∂σ²/∂x_i the mean
    is held, for what x_i does through μ is added on its own, with ∂L/∂μ.""", name="moves_the_mean_twice",
        replace="* 2 * (x[i] - mu) / m", by="* 2 * (x[i] - mu) * (1 - 1 / m) / m")

mistake("derive_batch_norm.by_x", """The way through σ² is divided by m - 1 in your derivative by x_i. σ² is the mean of the m
    squares here, so ∂σ²/∂x_i is 2 (x_i - μ)/m.""", name="differentiates_the_unbiased_variance",
        replace="* 2 * (x[i] - mu) / m", by="* 2 * (x[i] - mu) / (m - 1)")

mistake("derive_batch_norm.by_x", """The way by x̂_i itself, γ g_i/√(σ² + ε), is not in your derivative by x_i. A Python `k == i`
    loses it: it is False for the index of a sum, whatever number that stands for. The delta is sp.KroneckerDelta(k, i).""",
        name="loses_the_way_by_itself", replace="gamma * g[i] / sp.sqrt(var + eps)", by="0")

mistake("derive_batch_norm.in_one_pass", """In your in_one_pass γ multiplies g_i alone. γ g is what arrives at x̂, so both
    means are means of γ g, and γ stands before the whole bracket.""", name="multiplies_one_term_by_gamma",
        replace="gamma * s * (g[i] - mean - xhat[i] * along)", by="s * (gamma * g[i] - mean - xhat[i] * along)")

# ── the variance ────────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_batch_norm.by_variance", """Your derivative by σ² has the wrong sign. (σ² + ε)^(-1/2) falls when σ² grows:
    its derivative has the factor -1/2.""",
        name="forgets_the_minus_of_the_root", replace="-sp.Rational(1, 2)", by="sp.Rational(1, 2)",
        forms=[{"replace": "* (x[k] - mu) *", "by": "* (mu - x[k]) *"}])

mistake("derive_batch_norm.by_variance", """Your derivative by σ² lacks the factor 1/2 that the power -1/2 brings down.""",
        name="forgets_the_half",
        replace="-sp.Rational(1, 2)", by="-sp.Rational(1, 1)", forms=[{"replace": "* -sp.Rational(1, 2) *", "by": "* -1 *"}])

mistake("derive_batch_norm.by_variance", """In your derivative by σ² the power of σ² + ε is still -1/2. The derivative of
    u^(-1/2) is -(1/2) u^(-3/2): the exponent falls by one.""",
        name="keeps_the_exponent", replace="sp.Rational(-3, 2)", by="sp.Rational(-1, 2)",
        forms=[{"replace": "(var + eps) ** sp.Rational(-3, 2)", "by": "1 / sp.sqrt(var + eps)"}])

mistake("derive_batch_norm.by_variance", """In your derivative by σ² the exponent of σ² + ε has gone up, to 1/2, where it
    falls by one, to -3/2.""",
        name="raises_the_exponent", replace="sp.Rational(-3, 2)", by="sp.Rational(1, 2)",
        forms=[{"replace": "(var + eps) ** sp.Rational(-3, 2)", "by": "sp.sqrt(var + eps)"}])

mistake("derive_batch_norm.by_variance", """γ is missing in your derivative by σ²: what arrives at x̂_k is γ g_k, for y_k =
    γ x̂_k + β.""",
        name="forgets_gamma_in_the_variance", replace="gamma * g[k]", by="g[k]",
        forms=[{"replace": "gamma * g[k] * (x[k] - mu)", "by": "(x[k] - mu) * g[k]"}])

mistake("derive_batch_norm.by_variance", """Your derivative by σ² is the mean over the batch. σ² stands in every x̂_k, and
    the contributions of all of them add up.""",
        name="takes_the_mean_for_the_variance", replace="return sp.Sum(", by="return 1 / m * sp.Sum(",
        forms=[{"replace": "gamma * g[k] *", "by": "gamma / m * g[k] *"}])

mistake("derive_batch_norm.by_variance", """In your derivative by σ² stands x_k where x_k - μ belongs, the numerator of
    x̂_k.""", name="does_not_centre",
        replace="* (x[k] - mu) *", by="* x[k] *")

# ── the mean ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("derive_batch_norm.by_mean", """Your derivative by μ has the wrong sign: μ is subtracted from every x_k, so each
    x̂_k falls when μ grows.""",
        name="adds_the_mean", replace="-gamma * g[k]", by="gamma * g[k]",
        forms=[{"replace": "-gamma * g[k] / sp.sqrt(var + eps)", "by": "g[k] * gamma * (var + eps) ** sp.Rational(-1, 2)"}])

mistake("derive_batch_norm.by_mean", """Your derivative by μ is the mean over the batch. μ is in every x̂_k, and the
    contributions of all of them add up; the 1/m comes later, with ∂μ/∂x_i.""",
        name="takes_the_mean_for_the_mean", replace="return sp.Sum(", by="return 1 / m * sp.Sum(",
        forms=[{"replace": "-gamma * g[k]", "by": "-gamma / m * g[k]"}])

mistake("derive_batch_norm.by_mean", """γ is missing in your derivative by μ: what arrives at x̂_k is γ g_k, for y_k = γ
    x̂_k + β.""",
        name="forgets_gamma_in_the_mean", replace="-gamma * g[k]", by="-g[k]",
        forms=[{"replace": "-gamma * g[k] / sp.sqrt(var + eps)", "by": "-g[k] * (var + eps) ** sp.Rational(-1, 2)"}])

mistake("derive_batch_norm.by_mean", """Your derivative by μ is not divided by √(σ² + ε): that is the denominator of every
    x̂_k.""", name="forgets_the_denominator",
        replace=" / sp.sqrt(var + eps)", by="",
        forms=[{"replace": "-gamma * g[k] / sp.sqrt(var + eps)", "by": "-1 * g[k] * gamma"}])

mistake("derive_batch_norm.by_mean", """In your derivative by μ the sum of the x_k stands alone in the way through σ²: of Σ
    -2 (x_k - μ)/m nothing is left, for the deviations from the mean add up to 0. With x_k in the place of x_k - μ they do
    not.""", name="does_not_centre_the_second_way",
        replace="return sp.Sum(-gamma * g[k] / sp.sqrt(var + eps), (k, 0, m - 1))",
        by="return sp.Sum(-gamma * g[k] / sp.sqrt(var + eps), (k, 0, m - 1)) + by_variance(x, g, gamma, mu, var, eps, m) * "
           "sp.Sum(-2 * x[k], (k, 0, m - 1)) / m")

# ── x ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@mistake("derive_batch_norm.by_x", """Your derivative by x_i treats μ and σ² as constants. Both are made of all x, so x_i
    has two more ways to the loss: through σ² and through μ.""", forms=[
    {"replace": """
            + by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m
            + by_mean(x, g, gamma, mu, var, eps, m) / m""", "by": ""}])
def takes_the_statistics_for_constants(x, g, gamma, mu, var, eps, i, m):
    return g[i] * gamma * (var + eps) ** sp.Rational(-1, 2)


mistake("derive_batch_norm.by_x", """Your derivative by x_i lacks the way through σ²: x_i is in the variance, with ∂σ²/∂x_i
    = 2 (x_i - μ)/m.""",
        name="leaves_the_variance_out", replace="by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m", by="0",
        forms=[{"replace": """
            + by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m""", "by": ""}])

mistake("derive_batch_norm.by_x", """Your derivative by x_i lacks the way through μ: x_i is in the mean, with ∂μ/∂x_i = 1/m.""",
        name="leaves_the_mean_out", replace="by_mean(x, g, gamma, mu, var, eps, m) / m", by="0",
        forms=[{"replace": """
            + by_mean(x, g, gamma, mu, var, eps, m) / m""", "by": ""}])

mistake("derive_batch_norm.by_x", """In your derivative by x_i the way through μ has the weight 1. x_i is one of the m
    values of the mean: ∂μ/∂x_i = 1/m.""",
        name="moves_the_mean_by_one", replace="by_mean(x, g, gamma, mu, var, eps, m) / m",
        by="by_mean(x, g, gamma, mu, var, eps, m)")

mistake("derive_batch_norm.by_x", """In your derivative by x_i the 2 is missing: ∂σ²/∂x_i = 2 (x_i - μ)/m, since the
    deviations are squared.""",
        name="forgets_the_two", replace=" * 2 * (x[i] - mu) / m", by=" * (x[i] - mu) / m")

mistake("derive_batch_norm.by_x", """In your derivative by x_i the way through σ² lacks the 1/m: the variance is a mean of
    squares, so ∂σ²/∂x_i = 2 (x_i - μ)/m.""",
        name="forgets_that_the_variance_is_a_mean", replace=" * 2 * (x[i] - mu) / m", by=" * 2 * (x[i] - mu)")

mistake("derive_batch_norm.by_x", """γ is missing in the first way of your derivative by x_i: what arrives at x̂_i is γ g_i.""",
        name="forgets_gamma_in_x", replace="gamma * g[i]", by="g[i]")

# ── in one pass ─────────────────────────────────────────────────────────────────────────────────────────────────


@mistake("derive_batch_norm.in_one_pass", """Your in_one_pass lets μ and σ² stay as they are: it is γ s g_i alone. The other
    two ways take the mean of g off g_i, and x̂_i times the mean of g x̂.""", forms=[
    {"replace": "(g[i] - mean - xhat[i] * along)", "by": "g[i]"}])
def stops_after_the_first_way(xhat, g, gamma, s, i, m):
    return g[i] * s * gamma


mistake("derive_batch_norm.in_one_pass", """Your in_one_pass has no term with x̂_i: the way through the variance is missing.""",
        name="has_no_variance_in_one_pass", replace=" - xhat[i] * along", by="",
        forms=[{"replace": "gamma * s * (g[i] - mean - xhat[i] * along)", "by": "s * gamma * g[i] - s * gamma * mean"}])

mistake("derive_batch_norm.in_one_pass", """In your in_one_pass the mean of g is not taken off: the way through μ is
    missing.""",
        name="has_no_mean_in_one_pass", replace="(g[i] - mean - xhat[i] * along)", by="(g[i] - xhat[i] * along)",
        forms=[{"replace": "(g[i] - mean - xhat[i] * along)", "by": "g[i] - gamma * s * xhat[i] * along"}])

mistake("derive_batch_norm.in_one_pass", """In your in_one_pass the sums are not divided by m. Both come with ∂μ/∂x_i or
    ∂σ²/∂x_i, and these have a 1/m.""",
        name="takes_sums_for_means", replace="(g[i] - mean - xhat[i] * along)", by="(g[i] - m * mean - xhat[i] * m * along)",
        forms=[{"replace": "sp.Sum(g[k], (k, 0, m - 1)) / m", "by": "sp.Sum(g[k], (k, 0, m - 1))"},
               {"replace": "sp.Sum(g[k] * xhat[k], (k, 0, m - 1)) / m", "by": "sp.Sum(g[k] * xhat[k], (k, 0, m - 1))"}])

mistake("derive_batch_norm.in_one_pass", """Your in_one_pass is m times the right gradient: the paper's formula in one pass
    has a factor 1/m in front of m g_i - Σ g_k - x̂_i Σ g_k x̂_k.""",
        name="forgets_one_over_m", replace="(g[i] - mean - xhat[i] * along)",
        by="(m * g[i] - m * mean - xhat[i] * m * along)",
        forms=[{"replace": "gamma * s * (", "by": "m * gamma * s * ("}])

mistake("derive_batch_norm.in_one_pass", """In your in_one_pass a term has x̂_k² where g_k x̂_k belongs: the gradient is
    linear in g, and the variance hands on Σ g_k x̂_k.""",
        name="forgets_g_in_the_second_sum", replace="sp.Sum(g[k] * xhat[k],", by="sp.Sum(xhat[k] ** 2,",
        forms=[{"replace": "sp.Sum(g[k] * xhat[k], (k, 0, m - 1)) / m", "by": "sp.Sum(xhat[k] * xhat[k], (k, 0, m - 1)) / m"}])

mistake("derive_batch_norm.in_one_pass", """γ is missing in your in_one_pass. It multiplies x̂ in y, and so it multiplies
    the whole gradient.""",
        name="forgets_gamma_in_one_pass", replace="gamma * s * (", by="s * (")

mistake("derive_batch_norm.in_one_pass", """Your in_one_pass lacks the factor s = 1/√(σ² + ε), or divides by it. The closer
    the values lie together, the more a change of x_i moves x̂_i.""", name="forgets_s", replace="gamma * s * (", by="gamma * (",
        forms=[{"replace": "gamma * s * (", "by": "gamma / s * ("}])

mistake("derive_batch_norm.in_one_pass", """In your in_one_pass a term is added that is to be subtracted: g_i, less the mean
    of g, less x̂_i times the mean of g x̂.""",
        name="adds_what_is_taken_off", replace="(g[i] - mean - xhat[i] * along)", by="(g[i] - mean + xhat[i] * along)",
        forms=[{"replace": "(g[i] - mean - xhat[i] * along)", "by": "(g[i] + mean - xhat[i] * along)"},
               {"replace": "(g[i] - mean - xhat[i] * along)", "by": "(g[i] + mean + xhat[i] * along)"}])
