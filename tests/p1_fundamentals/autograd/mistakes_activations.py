"""What learners get wrong in `activations`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("activations.relu", """Your relu lets the gradient through where a is exactly 0. At the kink any slope from
    0 to 1 could be defended, but the contract takes 0.""")
def lets_zero_through(a):
    return record(np.where(a.data > 0, a.data, 0), (a,), lambda g: (np.where(a.data >= 0, g, 0),))


@mistake("activations.relu", """Your relu multiplies a by a mask of zeros and ones. For -∞ that is -∞ · 0, which is
    not a number: choose between a and 0 instead of multiplying.""")
def multiplies_by_the_mask(a):
    positive = a.data > 0
    return record(a.data * positive, (a,), lambda g: (g * positive,))


@mistake("activations.relu", """The vjp of your relu looks at the sign of the gradient that flows in. Which elements
    let it through was decided on the way forward, by the sign of a; a negative gradient is as good as a positive
    one.""")
def asks_the_sign_of_the_gradient(a):
    return record(np.maximum(a.data, 0), (a,), lambda g: (np.maximum(g, 0) * (a.data > 0),))


@mistake("activations.tanh", """The vjp of your tanh takes the tanh of the value once more. In 1 - tanh² a, tanh a is
    the value itself, which you have already.""")
def takes_tanh_twice(a):
    y = np.tanh(a.data)
    return record(y, (a,), lambda g: (g * (1 - np.tanh(y)**2),))


@mistake("activations.tanh", """Your tanh divides exponentials that it computes itself. e¹⁰⁰⁰ is infinite in floating
    point, and ∞/∞ is not a number; NumPy has a tanh that knows better.""",
         forms=[{"replace": "np.tanh(a.data)", "by": """(np.exp(a.data) - np.exp(-a.data)) / (np.exp(a.data)
                                                                      + np.exp(-a.data))"""}])
def divides_exponentials(a):
    e = np.exp(2 * a.data)
    y = (e - 1) / (e + 1)
    return record(y, (a,), lambda g: (g * (1 - y * y),))


@mistake("activations.sigmoid", """Your sigmoid computes e⁻ᵃ for every a. The values come out right, but at -1000 that
    is e¹⁰⁰⁰: it overflows on the way, and NumPy warns. Never raise e to a positive power.""")
def overflows_at_negative_numbers(a):
    y = 1 / (1 + np.exp(-a.data))
    return record(y, (a,), lambda g: (g * y * (1 - y),))


@mistake("activations.sigmoid", """Your sigmoid has a safe formula for either sign and chooses with np.where. But
    np.where gets both arrays, so both formulas were computed for all elements, and the one that was not chosen
    overflowed: NumPy warns. Compute one exponential that is safe for both signs.""")
def computes_both_branches(a):
    y = np.where(a.data >= 0, 1 / (1 + np.exp(-a.data)), np.exp(a.data) / (1 + np.exp(a.data)))
    return record(y, (a,), lambda g: (g * y * (1 - y),))


@mistake("activations.sigmoid", """Your sigmoid clips its argument. That avoids the overflow, but beyond the bounds
    the value and the gradient are wrong, though a float could hold the right ones.""")
def clips_the_argument(a):
    y = 1 / (1 + np.exp(-np.clip(a.data, -30, 30)))
    return record(y, (a,), lambda g: (g * y * (1 - y),))


@mistake("activations.sigmoid", """Your sigmoid loses small values in a subtraction from 1, or an addition to -1: for
    a = -50 the other number is rounded to 1 first, and what is left is 0, not e⁻⁵⁰. For negative a, eᵃ/(1 + eᵃ)
    needs no difference.""")
def loses_small_values_in_a_difference(a):
    e = np.exp(-np.abs(a.data))
    y = np.where(a.data >= 0, 1 / (1 + e), 1 - 1 / (1 + e))
    return record(y, (a,), lambda g: (g * y * (1 - y),))


@mistake("activations.softmax", """Your softmax exponentiates the scores as they come: e¹⁰⁰⁰ is infinite in floating
    point, and ∞/∞ is not a number. Softmax does not change when one number is taken off every score along the
    axis.""")
def exponentiates_large_scores(a, axis=-1):
    e = np.exp(a.data)
    p = e / e.sum(axis=axis, keepdims=True)
    return record(p, (a,), lambda g: (p * (g - (g * p).sum(axis=axis, keepdims=True)),))


@mistake("activations.softmax", """Your softmax takes the largest score of the whole array off. In a row whose scores
    lie far below it all exponentials are rounded to 0, and 0/0 is not a number: each slice along the axis needs its
    own maximum.""")
def one_shift_for_all(a, axis=-1):
    e = np.exp(a.data - (a.data.max() if a.data.size else 0))
    p = e / e.sum(axis=axis, keepdims=True)
    return record(p, (a,), lambda g: (p * (g - (g * p).sum(axis=axis, keepdims=True)),))


@mistake("activations.softmax", """The vjp of your softmax is that of a sigmoid, p (1 - p) for each element by itself.
    Every probability depends on every score, through the sum in the denominator: what flows back to a score comes
    from all the outputs along the axis.""")
def only_the_diagonal(a, axis=-1):
    e = np.exp(a.data - a.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return record(p, (a,), lambda g: (g * p * (1 - p),))


@mistake("activations.softmax", """Your softmax always works along the last axis and never looks at `axis`.""")
def forgets_the_axis(a, axis=-1):
    e = np.exp(a.data - a.data.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return record(p, (a,), lambda g: (p * (g - (g * p).sum(axis=-1, keepdims=True)),))


@mistake("activations.log_softmax", """Your log_softmax takes the logarithm of a softmax. A very small probability has
    been rounded to 0 by then, and log 0 is infinite, where the right value is a number like -2000. Write the
    logarithm of the quotient as a difference.""")
def takes_the_log_of_a_softmax(a, axis=-1):
    e = np.exp(a.data - a.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return record(np.log(p), (a,), lambda g: (g - p * g.sum(axis=axis, keepdims=True),))


@mistake("activations.log_softmax", """Your log_softmax adds the maximum back before it subtracts: a - (m + log Σ).
    Where m is large, the digits of the small logarithm are rounded away in that sum. In (a - m) - log Σ none are
    lost.""")
def adds_the_maximum_back(a, axis=-1):
    m = a.data.max(axis=axis, keepdims=True)
    log_p = a.data - (m + np.log(np.exp(a.data - m).sum(axis=axis, keepdims=True)))
    return record(log_p, (a,), lambda g: (g - np.exp(log_p) * g.sum(axis=axis, keepdims=True),))


@mistake("activations.log_softmax", """The vjp of your log_softmax subtracts p times the gradient of the same element.
    It is the sum of the gradients along the axis that p is multiplied by: a score takes part in every output.""")
def forgets_the_sum(a, axis=-1):
    shifted = a.data - a.data.max(axis=axis, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return record(log_p, (a,), lambda g: (g - np.exp(log_p) * g,))


mistake("activations.relu", """The vjp of your relu lets every gradient through. Where a is negative the value is 0 whatever a
    is, so no gradient flows back there.""", name="lets_everything_through", replace="np.where(positive, g, 0)", by="g * 1")

mistake("activations.relu", """The gradient of your relu is float64 for a float32 tensor. A mask of numbers that NumPy makes, as by
    np.where(…, 1.0, 0.0), is float64 unless it is told otherwise; np.where(…, g, 0) keeps the dtype of g.""",
        name="makes_a_mask_in_float64", replace="np.where(positive, g, 0)", by="g * np.where(positive, 1.0, 0.0)")


def writes_zeros_where_it_is_negative(a):
    positive = a.data > 0
    a.data[a.data < 0] = 0
    return record(a.data.copy(), (a,), lambda g: (np.where(positive, g, 0),))


@mistake("activations.relu", """Your relu writes zeros into the array of its operand. The operand belongs to the caller, and
    other operations may still need its numbers: make a new array.""", forms=[writes_zeros_where_it_is_negative])
def writes_into_its_operand(a):
    positive = a.data > 0
    y = a.data
    y[~positive] = 0
    return record(y, (a,), lambda g: (np.where(positive, g, 0),))


mistake("activations.tanh", """The vjp of your tanh multiplies by 1 - y. The derivative is 1 - y², with the square of the
    value.""", name="forgets_the_square", replace="1 - y * y", by="1 - y")

mistake("activations.tanh", """The gradient of your tanh is the derivative alone, whatever gradient flows in. Multiply 1 - y² by
    g: that is the chain rule.""", name="tanh_ignores_the_upstream_gradient", replace="g * (1 - y * y)", by="1 - y * y")


def takes_tanh_from_a_sigmoid(a):
    e = np.exp(-2 * np.abs(a.data))
    y = np.sign(a.data) * (2 / (1 + e) - 1)
    return record(y, (a,), lambda g: (g * (1 - y * y),))


@mistake("activations.tanh", """Your tanh is not right to the last digits for 10⁻⁸, 10⁻⁴ and ⅓. A difference of two numbers near
    1 has lost them, for each was rounded at the size of 1, and float32 has lost them too; NumPy's tanh, in the dtype of a,
    has them all.""",
         forms=[takes_tanh_from_a_sigmoid])
def loses_digits_near_zero(a):
    e = np.exp(-2 * np.abs(a.data))
    y = np.sign(a.data) * (1 - e) / (1 + e)
    return record(y, (a,), lambda g: (g * (1 - y * y),))


mistake("activations.sigmoid", """The value of your sigmoid is right, but its gradient is not a number far from 0. In
    e⁻ᵃ/(1 + e⁻ᵃ)² both halves are infinite at -1000, and in eᵃ/(1 + eᵃ)² at 1000; y (1 - y), from the value that you
    have, is never out of range.""", name="divides_exponentials_on_the_way_back",
        replace="g * y * (1 - y)", by="g * np.exp(-a.data) / (1 + np.exp(-a.data))**2",
        forms=[{"replace": "g * y * (1 - y)", "by": "g * np.exp(a.data) / (1 + np.exp(a.data))**2"},
               {"replace": "g * y * (1 - y)", "by": "g * y**2 * np.exp(-a.data)"}])

mistake("activations.sigmoid", """The vjp of your sigmoid takes the sigmoid of the value once more. In y (1 - y), y is the value
    itself, which you have already.""", name="takes_sigmoid_twice", replace="(g * y * (1 - y),)",
        by="(g / (1 + np.exp(-y)) * (1 - 1 / (1 + np.exp(-y))),)")

mistake("activations.sigmoid", """The gradient of your sigmoid is the derivative alone, whatever gradient flows in. Multiply
    y (1 - y) by g: that is the chain rule.""", name="sigmoid_ignores_the_upstream_gradient",
        replace="g * y * (1 - y)", by="y * (1 - y)")

mistake("activations.softmax", """The vjp of your softmax sums g p over the whole array. Each slice along the axis is a softmax of
    its own, with its own sum: it goes along the axis, with keepdims=True.""", name="sums_over_everything",
        replace="(g * p).sum(axis=axis, keepdims=True)", by="(g * p).sum()")

mistake("activations.softmax", """The vjp of your softmax subtracts the sum of g, where it is Σ g p: each gradient counts by the
    probability of its output.""", name="sums_without_the_probabilities", replace="(g * p).sum(", by="g.sum(")

mistake("activations.log_softmax", """Your log_softmax exponentiates the scores as they come: e¹⁰⁰⁰ is infinite in floating point,
    and so is the logarithm of the sum. Take the maximum along the axis off first.""", name="logarithm_of_an_infinite_sum",
        replace="a.data - a.data.max(axis=axis, keepdims=True)", by="a.data")

mistake("activations.log_softmax", """Your log_softmax shifts all scores by one number, such as the largest of the whole array. In
    a row whose scores lie far below it all exponentials are rounded to 0, and log 0 is infinite: each slice along the
    axis needs its own maximum.""", name="one_shift_for_all_logarithms",
        replace="a.data.max(axis=axis, keepdims=True)", by="(a.data.max() if a.data.size else 0)")

mistake("activations.log_softmax", """Your log_softmax keeps its logarithm from 0 by a small number. The sum is at least 1 once the
    maximum is taken off, and the logarithm of a probability is a difference: nothing needs to be added.""",
        name="adds_epsilon", replace="np.exp(shifted).sum(axis=axis, keepdims=True))",
        by="np.exp(shifted).sum(axis=axis, keepdims=True) + 1e-8)",
        forms=[{"replace": "np.exp(shifted).sum(axis=axis, keepdims=True))",
                "by": f"np.exp(shifted).sum(axis=axis, keepdims=True) + {eps})"} for eps in ("1e-12", "1e-10")] +
              [{"replace": "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))",
                "by": f"np.log(np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True) + {eps})"}
               for eps in ("1e-8", "1e-10", "1e-12", "1e-15")])

mistake("activations.log_softmax", """Your log_softmax always works along the last axis and never looks at `axis`.""",
        name="log_softmax_forgets_the_axis", replace="shifted = ", by="axis = -1; shifted = ")
