"""What learners get wrong in `derive_cross_entropy`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── gradient ────────────────────────────────────────────────────────────────────────────────────────────────────


@mistake("derive_cross_entropy.gradient", """Your gradient has the wrong sign, for every class. The loss falls when the
    logit of the true class grows, so that entry is negative, p_k - 1.""", forms=[
    {"replace": "probability(z, j, K) - sp.KroneckerDelta(j, k)", "by": "-(probability(z, j, K) - sp.KroneckerDelta(j, k))"}])
def points_uphill(z, k, j, K):
    return sp.KroneckerDelta(k, j) - probability(z, j, K)


def _one_in_every_case(z, k, j, K):
    p = probability(z, j, K)
    return -(1 - p)


@mistake("derive_cross_entropy.gradient", """Your gradient subtracts 1 for every class. That 1 is the derivative of z_k by
    z_j, which is 1 for j = k alone: it is a δ_jk.""", forms=[_one_in_every_case])
def subtracts_one_everywhere(z, k, j, K):
    return probability(z, j, K) - 1


@mistake("derive_cross_entropy.gradient", """Your gradient has no δ_jk: the loss is log Σ exp(z_m) - z_k, and what you
    return is the derivative of its first term alone.""", forms=[{"replace": " - sp.KroneckerDelta(j, k)", "by": ""}])
def leaves_the_delta_out(z, k, j, K):
    return probability(z, j, K)


@mistake("derive_cross_entropy.gradient", """Your gradient takes the probability of the true class where that of class j
    belongs: the sum of exponentials has exp(z_j) in it, and its derivative by z_j is exp(z_j).""")
def takes_the_true_class_s_probability(z, k, j, K):
    return probability(z, k, K) - sp.KroneckerDelta(j, k)


def _zero_beside_the_true_class(z, k, j, K):
    return sp.Piecewise((probability(z, j, K) - 1, sp.Eq(j, k)), (0, True))


@mistake("derive_cross_entropy.gradient", """Your gradient is 0 for every class but the true one. Each logit is in the sum
    of exponentials, so the loss falls when another logit falls: there the entry is p_j.""",
         forms=[_zero_beside_the_true_class])
def moves_only_the_true_class(z, k, j, K):
    return sp.KroneckerDelta(j, k) * (probability(z, k, K) - 1)


def _row_of_the_jacobian(z, k, j, K):
    p_j, p_k = probability(z, j, K), probability(z, k, K)
    return sp.Piecewise((-p_k * (1 - p_k), sp.Eq(j, k)), (p_k * p_j, True))


@mistake("derive_cross_entropy.gradient", """Your gradient is minus the derivative of p_k. The loss is -log p_k: the chain
    rule also divides by p_k, for that is the derivative of the logarithm.""", forms=[_row_of_the_jacobian])
def forgets_the_logarithm(z, k, j, K):
    return probability(z, k, K) * (probability(z, j, K) - sp.KroneckerDelta(j, k))


@mistake("derive_cross_entropy.gradient", """The sum in your gradient ends at K. There are K logits, z_0 to z_{K-1}, and
    SymPy's Sum takes its last index in, other than Python's range.""", forms=[
    {"replace": "probability(z, j, K)", "by": "probability(z, j, K + 1)"}])
def sums_one_logit_too_many(z, k, j, K):
    i = sp.Symbol("i", integer=True)
    return sp.exp(z[j]) / sp.Sum(sp.exp(z[i]), (i, 0, K)) - sp.KroneckerDelta(j, k)


def _the_method_of_an_expression(z, k, j, K):
    i = sp.Symbol("i", integer=True)
    loss = -sp.log(sp.exp(z[k]) / sp.Sum(sp.exp(z[i]), (i, 0, K - 1)))
    return loss.diff(z[j])


@mistake("derive_cross_entropy.gradient", """A library differentiates in your gradient. Here you are to do that: write the
    loss as log Σ exp(z_m) - z_k, and differentiate the two terms.""", forms=[_the_method_of_an_expression])
def lets_a_library_differentiate(z, k, j, K):
    i = sp.Symbol("i", integer=True)
    return sp.diff(sp.log(sp.Sum(sp.exp(z[i]), (i, 0, K - 1))) - z[k], z[j])


# ── smoothed targets ────────────────────────────────────────────────────────────────────────────────────────────


def _others_share_in_cases(z, k, j, alpha, K):
    p = probability(z, j, K)
    return sp.Piecewise((p - (1 - alpha), sp.Eq(j, k)), (p - alpha / K, True))


@mistake("derive_cross_entropy.smoothed_gradient", """Your smoothed target leaves the true class without its share: the α is
    shared out among all K classes, so t_k = 1 - α + α/K. Otherwise the targets do not add up to 1.""",
         forms=[_others_share_in_cases])
def gives_the_true_class_no_share(z, k, j, alpha, K):
    delta = sp.KroneckerDelta(j, k)
    return probability(z, j, K) - (1 - alpha) * delta - alpha / K * (1 - delta)


def _among_others_in_cases(z, k, j, alpha, K):
    p = probability(z, j, K)
    return sp.Piecewise((p - (1 - alpha), sp.Eq(j, k)), (p - alpha / sp.Max(K - 1, 1), True))


@mistake("derive_cross_entropy.smoothed_gradient", """Your smoothed target shares the α out among the K - 1 other classes.
    That is a variant of label smoothing too; here, as in the paper, all K classes have a share α/K.""",
         forms=[_among_others_in_cases])
def shares_among_the_others(z, k, j, alpha, K):
    delta = sp.KroneckerDelta(j, k)
    return probability(z, j, K) - (1 - alpha) * delta - alpha / sp.Max(K - 1, 1) * (1 - delta)


@mistake("derive_cross_entropy.smoothed_gradient", """Your smoothed_gradient lacks the share α/K of each class: what you
    return is the gradient for the targets (1 - α) δ_jk, or a part of it.""", forms=[
    {"replace": " - alpha / K", "by": ""}])
def leaves_the_share_out(z, k, j, alpha, K):
    return probability(z, j, K) - (1 - alpha) * sp.KroneckerDelta(j, k)


@mistake("derive_cross_entropy.smoothed_gradient", """Your smoothed_gradient is (1 - α) times the gradient for a hard
    target. The part of the loss that has the weight α is missing: the cross-entropy against equal targets, whose gradient
    is p_j - 1/K.""")
def scales_the_hard_gradient(z, k, j, alpha, K):
    return (1 - alpha) * (probability(z, j, K) - sp.KroneckerDelta(j, k))


@mistake("derive_cross_entropy.smoothed_gradient", """In your smoothed_gradient the share α is not divided by the number of
    classes: each has α/K, so that the targets add up to 1.""", forms=[
    {"replace": "alpha / K", "by": "alpha"}])
def gives_each_class_all_of_alpha(z, k, j, alpha, K):
    return probability(z, j, K) - ((1 - alpha) * sp.KroneckerDelta(j, k) + alpha)


@mistake("derive_cross_entropy.smoothed_gradient", """Your smoothed_gradient adds the share α/K where it subtracts the rest
    of the target. The gradient is p - t for the whole target t, of which the share is a part.""",
         forms=[{"replace": "- alpha / K", "by": "+ alpha / K"}])
def adds_the_share(z, k, j, alpha, K):
    return probability(z, j, K) + alpha / K - (1 - alpha) * sp.KroneckerDelta(j, k)


# ── soft targets ────────────────────────────────────────────────────────────────────────────────────────────────


@mistake("derive_cross_entropy.soft_gradient", """Your soft_gradient is the probabilities minus the targets. That holds
    where the targets add up to 1; here they may be any numbers, and their sum stays as a factor.""", forms=[
    {"replace": "probability(z, j, K) * sp.Sum(t[m], (m, 0, K - 1)) - t[j]", "by": "-(t[j] - probability(z, j, K))"}])
def takes_the_targets_for_a_distribution(z, t, j, K):
    return probability(z, j, K) - t[j]


@mistake("derive_cross_entropy.soft_gradient", """In your soft_gradient each logit counts in the term of its own class
    alone. It is in the denominator of every probability, so the terms of all classes contribute to it.""", forms=[
    {"replace": "sp.Sum(t[m], (m, 0, K - 1))", "by": "t[j]"}])
def forgets_the_other_classes(z, t, j, K):
    return t[j] * (probability(z, j, K) - 1)


@mistake("derive_cross_entropy.soft_gradient", """Your soft_gradient divides the targets by their sum. Nothing says that
    they add up to 1, and of other targets the loss is another one, with another gradient.""", forms=[
    {"replace": "probability(z, j, K) * sp.Sum(t[m], (m, 0, K - 1)) - t[j]",
     "by": "probability(z, j, K) - t[j] * sp.Sum(t[m], (m, 0, K - 1)) ** -1"}])
def makes_the_targets_add_up_to_one(z, t, j, K):
    m = sp.Symbol("m", integer=True)
    return probability(z, j, K) - t[j] / sp.Sum(t[m], (m, 0, K - 1))


@mistake("derive_cross_entropy.soft_gradient", """In your soft_gradient the sum of the targets multiplies the target too.
    Each term t_i (p_j - δ_ij) has its own t_i: summed over i, only p_j gets the sum, and δ_ij picks the one t_j.""", forms=[
    {"replace": "sp.Sum(t[m], (m, 0, K - 1)) - t[j]",
     "by": "sp.Sum(t[m], (m, 0, K - 1)) - t[j] * sp.Sum(t[m], (m, 0, K - 1))"}])
def multiplies_all_by_the_sum(z, t, j, K):
    m = sp.Symbol("m", integer=True)
    return sp.Sum(t[m], (m, 0, K - 1)) * (probability(z, j, K) - t[j])


def _index_i_of_no_kind(z, t, j, K):
    i = sp.Symbol("i")
    return sp.Sum(t[i] * (probability(z, j, K) - sp.KroneckerDelta(i, j)), (i, 0, K - 1))


def _index_m(z, t, j, K):
    m = sp.Symbol("m", integer=True)
    return sp.Sum(t[m] * (probability(z, j, K) - sp.KroneckerDelta(m, j)), (m, 0, K - 1))


def _index_n(z, t, j, K):
    n = sp.Symbol("n", integer=True)
    return sp.Sum(t[n] * (probability(z, j, K) - sp.KroneckerDelta(n, j)), (n, 0, K - 1))


@mistake("derive_cross_entropy.soft_gradient", """Your soft_gradient has j inside a sum over an index of your own. Where the
    symbol that comes as j is that very index, the sum takes it for its own, and j means every class. An index made by
    sp.Dummy is never one of the arguments.""", forms=[_index_i_of_no_kind, _index_m, _index_n])
def index_may_be_the_argument(z, t, j, K):
    i = sp.Symbol("i", integer=True)
    return sp.Sum(t[i] * (probability(z, j, K) - sp.KroneckerDelta(i, j)), (i, 0, K - 1))


# ── the Hessian ─────────────────────────────────────────────────────────────────────────────────────────────────


@mistake("derive_cross_entropy.hessian", """Your Hessian is 0 off the diagonal. The gradient's p_j is a quotient whose
    denominator contains every logit, so it changes with each of them.""", forms=[
    {"replace": "probability(z, i, K) * (sp.KroneckerDelta(i, j) - probability(z, j, K))",
     "by": "sp.KroneckerDelta(i, j) * probability(z, i, K) * (1 - probability(z, i, K))"}])
def differentiates_each_by_its_own(z, t, i, j, K):
    m = sp.Symbol("m", integer=True)
    p = probability(z, j, K)
    return sp.Piecewise((sp.Sum(t[m], (m, 0, K - 1)) * p * (1 - p), sp.Eq(i, j)), (0, True))


@mistake("derive_cross_entropy.hessian", """Off the diagonal your Hessian has the wrong sign: p_j falls when another logit
    grows, for the denominator's derivative is subtracted in the quotient rule.""", forms=[
    {"replace": "(sp.KroneckerDelta(i, j) - probability(z, j, K))",
     "by": "(sp.KroneckerDelta(i, j) * (1 - 2 * probability(z, j, K)) + probability(z, j, K))"}])
def forgets_the_minus_of_the_quotient_rule(z, t, i, j, K):
    m = sp.Symbol("m", integer=True)
    p_i, p_j = probability(z, i, K), probability(z, j, K)
    return sp.Sum(t[m], (m, 0, K - 1)) * sp.Piecewise((p_i * (1 - p_i), sp.Eq(i, j)), (p_i * p_j, True))


@mistake("derive_cross_entropy.hessian", """Your Hessian is -1 times the right one. The gradient is p_j T - t_j, and p_j
    grows with its own logit: on the diagonal the Hessian is p_i (1 - p_i) T.""", forms=[
    {"replace": "(sp.KroneckerDelta(i, j) - probability(z, j, K))", "by": "(probability(z, j, K) - sp.KroneckerDelta(i, j))"}])
def has_the_other_sign(z, t, i, j, K):
    m = sp.Symbol("m", integer=True)
    return -sp.Sum(t[m], (m, 0, K - 1)) * probability(z, j, K) * (sp.KroneckerDelta(i, j) - probability(z, i, K))


@mistake("derive_cross_entropy.hessian", """Your Hessian is that of targets that add up to 1. The gradient's first term is
    p_j times the sum of the targets, and the sum stays there when you differentiate again.""", forms=[
    {"replace": "total * probability(z, i, K)", "by": "probability(z, i, K)"}])
def leaves_the_sum_of_the_targets_out(z, t, i, j, K):
    p_i, p_j = probability(z, i, K), probability(z, j, K)
    return sp.Piecewise((p_i * (1 - p_i), sp.Eq(i, j)), (-p_i * p_j, True))


@mistake("derive_cross_entropy.hessian", """Your Hessian has the target of one class as a factor, where the sum of all
    targets belongs: the term of every class depends on both logits.""", forms=[
    {"replace": "total * probability(z, i, K)", "by": "t[i] * probability(z, i, K)"}])
def weights_with_one_target(z, t, i, j, K):
    return t[j] * probability(z, i, K) * (sp.KroneckerDelta(i, j) - probability(z, j, K))


@mistake("derive_cross_entropy.hessian", """Your Hessian treats the sum of exponentials as a constant. It contains the logit
    by which you differentiate, so the quotient rule is needed: a term -p_i p_j is missing.""", forms=[
    {"replace": "(sp.KroneckerDelta(i, j) - probability(z, j, K))", "by": "sp.KroneckerDelta(i, j)"}])
def takes_the_sum_for_a_constant(z, t, i, j, K):
    m = sp.Symbol("m", integer=True)
    return sp.Piecewise((sp.Sum(t[m], (m, 0, K - 1)) * probability(z, i, K), sp.Eq(i, j)), (0, True))


mistake("derive_cross_entropy.hessian", """The sum of the targets in your Hessian ends at K, as on paper, where the classes are
    1 to K. Here they are 0 to K - 1, and SymPy's Sum takes its last index in: there is no t[K].""",
        name="sums_the_targets_to_K", replace="total = sp.Sum(t[m], (m, 0, K - 1))", by="total = sp.Sum(t[m], (m, 1, K))",
        forms=[{"replace": "total = sp.Sum(t[m], (m, 0, K - 1))", "by": "total = sp.Sum(t[m], (m, 0, K))"}])


@mistake("derive_cross_entropy.hessian", """On the diagonal your Hessian lacks a term: there the numerator exp(z_j) depends
    on the logit as well, and the quotient rule has p_i more than off the diagonal.""", forms=[
    {"replace": "(sp.KroneckerDelta(i, j) - probability(z, j, K))", "by": "-probability(z, j, K)"}])
def forgets_the_numerator(z, t, i, j, K):
    m = sp.Symbol("m", integer=True)
    return -sp.Sum(t[m], (m, 0, K - 1)) * probability(z, i, K) * probability(z, j, K)


# ── the product ─────────────────────────────────────────────────────────────────────────────────────────────────


def _diagonal_in_a_loop(z, t, v):
    total = sum(sp.exp(z_m) for z_m in z)
    result = []
    for z_i, v_i in zip(z, v):
        p_i = sp.exp(z_i) / total
        result.append(sum(t) * p_i * (1 - p_i) * v_i)
    return tuple(result)


@mistake("derive_cross_entropy.hessian_product", """Your hessian_product takes the diagonal of the Hessian alone. Off the
    diagonal its entries are -T p_i p_j, and each of them meets a v_j.""", forms=[_diagonal_in_a_loop])
def multiplies_by_the_diagonal(z, t, v):
    exponentials = [sp.exp(z_m) for z_m in z]
    p = [each / sum(exponentials) for each in exponentials]
    return tuple(sum(t) * p_i * (1 - p_i) * v_i for p_i, v_i in zip(p, v))


mistake("derive_cross_entropy.hessian_product", """In your hessian_product the entries of v are averaged with equal weights.
    In Σ_j p_j v_j each has its probability as its weight.""", name="takes_the_plain_mean",
        replace="sum(p_j * v_j for p_j, v_j in zip(p, v))", by="sum(v) / len(v)",
        forms=[{"replace": "sum(p_j * v_j for p_j, v_j in zip(p, v))", "by": "sp.Rational(1, len(v)) * sum(v)"}])

mistake("derive_cross_entropy.hessian_product", """Your hessian_product subtracts nothing from v: the second term of p_i
    (δ_ij - p_j), summed over j with v_j, is p_i Σ_j p_j v_j.""", name="subtracts_no_mean", replace="(v_i - mean)", by="v_i",
        forms=[{"replace": "sum(p_j * v_j for p_j, v_j in zip(p, v))", "by": "0"}])

mistake("derive_cross_entropy.hessian_product", """Your hessian_product is that of targets that add up to 1: the sum of the
    targets is a factor of every entry of the Hessian, and so of the product.""",
        name="leaves_the_sum_out_of_the_product", replace="sum(t) * p_i", by="p_i",
        forms=[{"replace": "sum(t) * p_i * (v_i - mean)", "by": "p_i * v_i - p_i * mean"}])

mistake("derive_cross_entropy.hessian_product", """Your hessian_product has each class's own target as a factor, where the
    sum of all targets belongs.""",
        name="multiplies_by_each_target", replace="tuple(sum(t) * p_i * (v_i - mean) for p_i, v_i in zip(p, v))",
        by="tuple(t_i * p_i * (v_i - mean) for t_i, p_i, v_i in zip(t, p, v))",
        forms=[{"replace": "tuple(sum(t) * p_i * (v_i - mean) for p_i, v_i in zip(p, v))",
                "by": "tuple(t[i] * p[i] * (v[i] - mean) for i in range(len(z)))"}])

mistake("derive_cross_entropy.hessian_product", """Your hessian_product lacks the factor p_i before the parenthesis: row i
    of the Hessian is T p_i (δ_ij - p_j).""",
        name="leaves_the_probability_out", replace="sum(t) * p_i * (v_i - mean)", by="sum(t) * (v_i - mean)",
        forms=[{"replace": "sum(t) * p_i * (v_i - mean)", "by": "sum(t) * v_i - sum(t) * mean"}])

mistake("derive_cross_entropy.hessian_product", """In your hessian_product the largest logit is taken off in the numerators
    alone. The denominator needs the same factor exp(-max), so that it cancels; without it the probabilities do not add up to
    1.""", name="takes_the_maximum_off_above_only", replace="[each / sum(exponentials) for each in exponentials]",
        by="[sp.exp(z_m - sp.Max(*z)) / sum(exponentials) for z_m in z]",
        forms=[{"replace": "[each / sum(exponentials) for each in exponentials]",
                "by": "[each * sp.exp(-sp.Max(*z)) / sum(exponentials) for each in exponentials]"}])
