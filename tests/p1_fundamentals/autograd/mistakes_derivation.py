"""What learners get wrong in `derivation`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("derivation.softmax", """Your softmax is the logistic function of each logit by itself. Softmax makes one
    distribution of all logits: each exponential is divided by the sum of all of them.""")
def takes_the_sigmoid_of_each(z):
    return tuple(1 / (1 + sp.exp(-z_i)) for z_i in z)


@mistake("derivation.softmax", """Your softmax divides by the sum of the other exponentials. Its own is part of the
    sum too, or the probabilities do not add up to 1.""")
def leaves_itself_out_of_the_sum(z):
    total = sum(sp.exp(z_m) for z_m in z)
    return tuple(sp.exp(z_i) / (total - sp.exp(z_i)) if len(z) > 1 else sp.Integer(1) for z_i in z)


@mistake("derivation.softmax_jacobian", """Your Jacobian is 0 off the diagonal. Each probability is a quotient whose
    denominator contains every logit, so it falls when another logit grows.""")
def differentiates_each_by_its_own(z):
    p = softmax(z)
    n = len(z)
    return tuple(tuple(p[i] * (1 - p[i]) if i == j else sp.Integer(0) for j in range(n)) for i in range(n))


@mistake("derivation.softmax_jacobian", """Your Jacobian treats the sum of exponentials as a constant. It contains
    the logit that you differentiate by, so the quotient rule is needed, and no entry is just a probability.""")
def takes_the_sum_for_a_constant(z):
    p = softmax(z)
    return tuple(tuple(p_i if i == j else sp.Integer(0) for j in range(len(z))) for i, p_i in enumerate(p))


@mistake("derivation.softmax_jacobian", """Off the diagonal your Jacobian has the wrong sign. A logit that grows takes
    probability away from the others: in the quotient rule the derivative of the denominator is subtracted.""")
def forgets_the_minus_of_the_quotient_rule(z):
    p = softmax(z)
    return tuple(tuple(p[i] * (1 - p[i]) if i == j else p[i] * p[j] for j in range(len(z))) for i in range(len(z)))


@mistake("derivation.softmax_jacobian", """Your Jacobian has the wrong sign, in every entry. A probability grows with
    its own logit, and shrinks when another logit grows.""")
def changes_all_signs(z):
    p = softmax(z)
    return tuple(tuple(p[i] * (p[j] - (1 if i == j else 0)) for j in range(len(z))) for i in range(len(z)))


@mistake("derivation.softmax_jacobian", """On the diagonal your Jacobian lacks a term. There the numerator depends on
    the logit as well: the case i = j of the quotient rule has one part more than the others.""")
def forgets_the_numerator(z):
    p = softmax(z)
    return tuple(tuple(-p[i] * p[j] for j in range(len(z))) for i in range(len(z)))


@mistake("derivation.softmax_jacobian", """Your Jacobian compares the logits themselves where it should compare their
    places. Two logits may be the same expression, as in (x, x), and still be two: one changes while the other stays.""",
    forms=[{"replace": "i == j", "by": "z[i] == z[j]"}])
def compares_logits_in_place_of_places(z):
    p = softmax(z)
    return tuple(tuple(p_i * (int(z_i == z_j) - p_j) for z_j, p_j in zip(z, p)) for z_i, p_i in zip(z, p))


@mistake("derivation.softmax_jacobian", """A library differentiates in your softmax_jacobian. Here you are to do that:
    write p_i as a quotient, take the quotient rule once for i = j and once for i ≠ j, and return what you find.""")
def lets_a_library_differentiate_softmax(z):
    x = sp.symbols(f"x0:{len(z)}")
    return tuple(tuple(sp.diff(p_i, x_j).subs(dict(zip(x, z))) for x_j in x) for p_i in softmax(x))


mistake("derivation.softmax_jacobian", """A float is in your Jacobian. SymPy takes Python's 1.0 for a
    rounded number, and from then on nothing is exact: write 1 and 0, without the point.""",
    name="writes_floats_into_the_jacobian", replace="(1 if i == j else 0)", by="(1.0 if i == j else 0.0)",
    forms=[{"replace": "(1 if i == j else 0)", "by": "float(i == j)"}])


@mistake("derivation.loss", """Your loss is the logarithm itself. A probability has a negative one, and what is
    minimised is minus that.""")
def forgets_the_minus_of_the_loss(z, k):
    return z[k] - sp.log(sum(sp.exp(z_m) for z_m in z))


@mistake("derivation.loss", """Your loss multiplies the logarithm by the probability, as in an entropy. In
    cross-entropy the logarithm is weighted by the true distribution, which gives the true class the weight 1.""")
def weights_with_the_prediction(z, k):
    p_k = softmax(z)[k]
    return -p_k * sp.log(p_k)


@mistake("derivation.loss_gradient", """Your loss_gradient has the wrong sign, in every entry. The loss must fall when
    the logit of the true class grows, so the entry of that class is negative.""")
def points_uphill(z, k):
    return tuple((1 if j == k else 0) - p_j for j, p_j in enumerate(softmax(z)))


@mistake("derivation.loss_gradient", """Your loss_gradient subtracts 1 in every entry. That 1 comes from the case
    j = k of the Jacobian, and the other classes do not have it.""")
def subtracts_one_everywhere(z, k):
    return tuple(p_j - 1 for p_j in softmax(z))


@mistake("derivation.loss_gradient", """Your loss_gradient is row k of the Jacobian with its sign changed. The chain
    rule also divides by the probability, for that is the derivative of the logarithm.""")
def forgets_the_logarithm(z, k):
    p = softmax(z)
    return tuple(p[k] * (p_j - (1 if j == k else 0)) for j, p_j in enumerate(p))


@mistake("derivation.loss_gradient", """A library differentiates in your loss_gradient. Here you are to do that: the
    Jacobian that you derived has all that the chain rule needs.""")
def lets_a_library_differentiate_the_loss(z, k):
    x = sp.symbols(f"x0:{len(z)}")
    return tuple(sp.diff(loss(x, k), x_j).subs(dict(zip(x, z))) for x_j in x)


mistake("derivation.loss_gradient", """A float is in your loss_gradient. SymPy takes Python's 1.0 for a
    rounded number, and from then on nothing is exact: write 1 and 0, without the point.""",
    name="writes_floats_into_the_gradient", replace="(1 if j == k else 0)", by="(1.0 if j == k else 0.0)",
    forms=[{"replace": "(1 if j == k else 0)", "by": "float(j == k)"}])


@mistake("derivation.weighted_loss_gradient", """A library differentiates in your weighted_loss_gradient. Here you are to
    do that: take the chain rule with your Jacobian, once for each term of the sum.""")
def lets_a_library_differentiate_the_weighted_loss(z, t):
    x = sp.symbols(f"x0:{len(z)}")
    weighted = -sum(t_i * sp.log(p_i) for t_i, p_i in zip(t, softmax(x)))
    return tuple(sp.diff(weighted, x_j).subs(dict(zip(x, z))) for x_j in x)


@mistake("derivation.weighted_loss_gradient", """Your weighted_loss_gradient is the probabilities minus the weights.
    That holds where the weights add up to 1; here they may be any numbers, and their sum does not cancel.""")
def takes_the_weights_for_a_distribution(z, t):
    return tuple(p_j - t_j for p_j, t_j in zip(softmax(z), t))


@mistake("derivation.weighted_loss_gradient", """In your weighted_loss_gradient each logit only counts in the term of
    its own class. It is in the denominator of every probability, so the terms of all classes contribute to it.""")
def forgets_the_other_classes(z, t):
    return tuple(t_j * (p_j - 1) for p_j, t_j in zip(softmax(z), t))


mistake("derivation.softmax", """Your softmax of a single logit is the logistic function. One class alone has nothing to compete with: its
    exponential is the whole sum, and its probability is 1.""",
        name="takes_one_logit_for_two_classes", replace="total = sum(sp.exp(z_m) for z_m in z)",
        by="total = sum(sp.exp(z_m) for z_m in z) + (1 if len(z) == 1 else 0)")


mistake("derivation.softmax", """Your softmax adds equal exponentials up only once. A set, or a dict by logit, holds equal ones once, and two logits
    that are equal are still two.""",
        name="adds_equal_logits_once", replace="sum(sp.exp(z_m) for z_m in z)", by="sum({sp.exp(z_m) for z_m in z})")


def _a_matrix(z):
    p = sp.Matrix(softmax(z))
    return sp.diag(*p) - p * p.T


mistake("derivation.softmax_jacobian", """What your softmax_jacobian returns is no tuple of tuples. A Matrix, or rows in lists, hold the same
    entries, but the contract names tuples: `tuple(map(tuple, rows))` makes them.""",
        name="returns_no_tuple_of_rows", replace="tuple(tuple(", by="tuple(list(",
        forms=[_a_matrix, {"replace": "tuple(tuple(", "by": "list(tuple("}, {"replace": "tuple(tuple(", "by": "list(list("}])


def _puts_in_by_a_loop(z):
    names = sp.symbols(f"z0:{len(z)}")
    p = softmax(names)
    rows = []
    for i in range(len(z)):
        row = []
        for j in range(len(z)):
            entry = p[i] * ((1 if i == j else 0) - p[j])
            for name, logit in zip(names, z):
                entry = entry.subs(name, logit)
            row.append(entry)
        rows.append(tuple(row))
    return tuple(rows)


@mistake("derivation.softmax_jacobian", """Your Jacobian puts the logits one after the other in the place of symbols of its own. A logit that
    contains such a symbol, z1 say, is then replaced as well: `subs(..., simultaneous=True)` puts all in at once, and without
    symbols of one's own there is nothing to put in.""", forms=[_puts_in_by_a_loop])
def puts_the_logits_in_one_by_one(z):
    names = sp.symbols(f"z0:{len(z)}")
    p = sp.Matrix(softmax(names))
    filled = (sp.diag(*p) - p * p.T).subs(list(zip(names, z)))
    return tuple(tuple(filled.row(i)) for i in range(len(z)))


@mistake("derivation.loss_gradient", """Your loss_gradient is 0 for every class but the true one. Each logit is in the denominator of p_k, so the
    loss falls when any other logit falls: there the entry is p_j.""", forms=[
    {"replace": "p_j - (1 if j == k else 0) for j", "by": "p_j - 1 if j == k else sp.Integer(0) for j"}])
def moves_only_the_true_class(z, k):
    return tuple(p_j - 1 if j == k else 0 for j, p_j in enumerate(softmax(z)))


mistake("derivation.loss", """Your loss is a logarithm to another base than e. In the natural one, which is meant by log here, the derivative of log p
    is 1/p without a factor.""", name="takes_the_logarithm_to_the_base_2",
        replace="sp.log(sum(sp.exp(z_m) for z_m in z)) - z[k]", by="(sp.log(sum(sp.exp(z_m) for z_m in z)) - z[k]) / sp.log(2)",
        forms=[{"replace": "sp.log(sum(sp.exp(z_m) for z_m in z)) - z[k]", "by": "(sp.log(sum(sp.exp(z_m) for z_m in z)) - z[k]) / sp.log(10)"}])

mistake("derivation.loss", """Your loss takes the largest logit out of the sum and does not put it back: log Σ exp(z_m) is
    m + log Σ exp(z_m - m). Here nothing overflows, so it need not be taken out at all.""", name="leaves_the_maximum_out",
        replace="sum(sp.exp(z_m) for z_m in z)", by="sum(sp.exp(z_m - sp.Max(*z)) for z_m in z)")

mistake("derivation.weighted_loss_gradient", """In your weighted_loss_gradient each probability is multiplied by the weights of the other classes
    alone. The term of its own class contributes p_j·t_j as well: the sum is over all weights.""",
        name="sums_the_others_weights", replace="p_j * total - t_j for", by="p_j * (total - t_j) - t_j for")

mistake("derivation.weighted_loss_gradient", """Your weighted_loss_gradient divides the weights by their sum. Nothing says that they add up to 1, and of other
    weights the loss is another one, with another gradient.""",
        name="makes_the_weights_add_up_to_one", replace="p_j * total - t_j for", by="p_j - t_j / total for")
