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


mistake("activations.relu", """The vjp of your relu lets every gradient through. Where a is negative the value is 0
    whatever a is, so no gradient flows back there.""",
        name="lets_everything_through", replace="np.where(positive, g, 0)", by="g * 1")

mistake("activations.relu", """The gradient of your relu is float64 for a float32 tensor. A mask of numbers that NumPy
    makes, as by np.where(…, 1.0, 0.0), is float64 unless it is told otherwise; np.where(…, g, 0) keeps the dtype of
    g.""",
        name="makes_a_mask_in_float64", replace="np.where(positive, g, 0)", by="g * np.where(positive, 1.0, 0.0)")


def writes_zeros_where_it_is_negative(a):
    positive = a.data > 0
    a.data[a.data < 0] = 0
    return record(a.data.copy(), (a,), lambda g: (np.where(positive, g, 0),))


@mistake("activations.relu", """Your relu writes zeros into the array of its operand. The operand belongs to the
    caller, and other operations may still need its numbers: make a new array.""",
        forms=[writes_zeros_where_it_is_negative])
def writes_into_its_operand(a):
    positive = a.data > 0
    y = a.data
    y[~positive] = 0
    return record(y, (a,), lambda g: (np.where(positive, g, 0),))


mistake("activations.tanh", """The vjp of your tanh multiplies by 1 - y. The derivative is 1 - y², with the square of
    the value.""", name="forgets_the_square", replace="1 - y * y", by="1 - y")

mistake("activations.tanh", """The gradient of your tanh is the derivative alone, whatever gradient flows in. Multiply
    1 - y² by g: that is the chain rule.""",
        name="tanh_ignores_the_upstream_gradient", replace="g * (1 - y * y)", by="1 - y * y")


def takes_tanh_from_a_sigmoid(a):
    e = np.exp(-2 * np.abs(a.data))
    y = np.sign(a.data) * (2 / (1 + e) - 1)
    return record(y, (a,), lambda g: (g * (1 - y * y),))


@mistake("activations.tanh", """Your tanh is not right to the last digits for 10⁻⁸, 10⁻⁴ and ⅓. A difference of two
    numbers near 1 has lost them, for each was rounded at the size of 1, and float32 has lost them too; NumPy's tanh,
    in the dtype of a, has them all.""",
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

mistake("activations.sigmoid", """The vjp of your sigmoid takes the sigmoid of the value once more. In y (1 - y), y is
    the value itself, which you have already.""", name="takes_sigmoid_twice", replace="(g * y * (1 - y),)",
        by="(g / (1 + np.exp(-y)) * (1 - 1 / (1 + np.exp(-y))),)")

mistake("activations.sigmoid", """The gradient of your sigmoid is the derivative alone, whatever gradient flows in.
    Multiply y (1 - y) by g: that is the chain rule.""", name="sigmoid_ignores_the_upstream_gradient",
        replace="g * y * (1 - y)", by="y * (1 - y)")

mistake("activations.softmax", """The vjp of your softmax sums g p over the whole array. Each slice along the axis is
    a softmax of its own, with its own sum: it goes along the axis, with keepdims=True.""", name="sums_over_everything",
        replace="(g * p).sum(axis=axis, keepdims=True)", by="(g * p).sum()")

mistake("activations.softmax", """The vjp of your softmax subtracts the sum of g, where it is Σ g p: each gradient
    counts by the probability of its output.""",
        name="sums_without_the_probabilities", replace="(g * p).sum(", by="g.sum(")

mistake("activations.log_softmax", """Your log_softmax exponentiates the scores as they come: e¹⁰⁰⁰ is infinite in
    floating point, and so is the logarithm of the sum. Take the maximum along the axis off first.""",
        name="logarithm_of_an_infinite_sum",
        replace="a.data - a.data.max(axis=axis, keepdims=True)", by="a.data")

mistake("activations.log_softmax", """Your log_softmax shifts all scores by one number, such as the largest of the
    whole array. In a row whose scores lie far below it all exponentials are rounded to 0, and log 0 is infinite: each
    slice along the axis needs its own maximum.""", name="one_shift_for_all_logarithms",
        replace="a.data.max(axis=axis, keepdims=True)", by="(a.data.max() if a.data.size else 0)")

mistake("activations.log_softmax", """Your log_softmax keeps its logarithm from 0 by a small number. The sum is at
    least 1 once the maximum is taken off, and the logarithm of a probability is a difference: nothing needs to be
    added.""",
        name="adds_epsilon", replace="np.exp(shifted).sum(axis=axis, keepdims=True))",
        by="np.exp(shifted).sum(axis=axis, keepdims=True) + 1e-8)",
        forms=[{"replace": "np.exp(shifted).sum(axis=axis, keepdims=True))",
                "by": f"np.exp(shifted).sum(axis=axis, keepdims=True) + {eps})"} for eps in ("1e-12", "1e-10")] +
              [{"replace": "shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))",
                "by": f"np.log(np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True) + {eps})"}
               for eps in ("1e-8", "1e-10", "1e-12", "1e-15")])

mistake("activations.log_softmax", """Your log_softmax always works along the last axis and never looks at `axis`.""",
        name="log_softmax_forgets_the_axis", replace="shifted = ", by="axis = -1; shifted = ")


# ── the dtype ───────────────────────────────────────────────────────────────────────────────────────────────────────

FLOAT64 = """Your {} returns float64 for a float32 tensor. An array that NumPy makes, as by np.zeros(a.shape), and
    Python's own numbers in np.array are float64 unless they are told otherwise: float32 goes in, and float32 has to
    come out."""

for function, value in (("relu", "np.where(positive, a.data, 0)"), ("tanh", "np.tanh(a.data)")):
    mistake(f"activations.{function}", FLOAT64.format(function), name=f"{function}_in_float64",
            replace=value, by=f"np.zeros(a.shape) + {value}")

mistake("activations.sigmoid", FLOAT64.format("sigmoid"), name="sigmoid_in_float64",
        replace="return record(y,", by="y = np.zeros(a.shape) + y; return record(y,",
        forms=[{"replace": "-np.abs(a.data)", "by": "-np.abs(a.data.astype(np.float64))"}])

for function in ("softmax", "log_softmax"):
    mistake(f"activations.{function}", FLOAT64.format(function), name=f"{function}_in_float64",
            replace="a.data - a.data.max(", by="np.zeros(a.shape) + a.data - a.data.max(")

# ── what a vjp leaves alone ─────────────────────────────────────────────────────────────────────────────────────────

INTO_THE_VALUE = """The vjp of your {} writes into the array of its value, which belongs to the result: after it, the
    result holds other numbers, and a second call starts from those. Compute in an array of its own."""
INTO_THE_GRADIENT = """The vjp of your {} writes into the gradient that flows in. That array belongs to the caller,
    who may hand it to other operations too: compute in an array of its own."""


def squares_tanh_in_place(a):
    y = np.tanh(a.data)

    def vjp(g):
        np.multiply(y, y, out=y)
        return (g * (1 - y),)

    return record(y, (a,), vjp)


def turns_tanh_into_its_derivative(a):
    y = np.tanh(a.data)

    def vjp(g):
        nonlocal y
        y **= 2
        y *= -1
        y += 1
        return (g * y,)

    return record(y, (a,), vjp)


@mistake("activations.tanh", INTO_THE_VALUE.format("tanh"), forms=[squares_tanh_in_place, turns_tanh_into_its_derivative])
def tanh_writes_into_its_value(a):
    y = np.tanh(a.data)

    def vjp(g):
        d = y
        d *= d
        return (g * (1 - d),)

    return record(y, (a,), vjp)


@mistake("activations.sigmoid", INTO_THE_VALUE.format("sigmoid"))
def sigmoid_writes_into_its_value(a):
    e = np.exp(-np.abs(a.data))
    y = np.where(a.data >= 0, 1, e) / (1 + e)

    def vjp(g):
        d = y
        d *= 1 - d
        return (g * d,)

    return record(y, (a,), vjp)


@mistake("activations.softmax", INTO_THE_VALUE.format("softmax"))
def softmax_writes_into_its_value(a, axis=-1):
    e = np.exp(a.data - a.data.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)

    def vjp(g):
        gradient = p
        gradient *= g - (g * p).sum(axis=axis, keepdims=True)
        return (gradient,)

    return record(p, (a,), vjp)


@mistake("activations.log_softmax", INTO_THE_VALUE.format("log_softmax"))
def log_softmax_writes_into_its_value(a, axis=-1):
    shifted = a.data - a.data.max(axis=axis, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    def vjp(g):
        p = np.exp(log_p, out=log_p)
        return (g - p * g.sum(axis=axis, keepdims=True),)

    return record(log_p, (a,), vjp)


mistake("activations.relu", INTO_THE_GRADIENT.format("relu"), name="relu_writes_into_the_gradient",
        replace="lambda g: (np.where(positive, g, 0),)", by="lambda g: (np.multiply(g, positive, out=g),)")
mistake("activations.tanh", INTO_THE_GRADIENT.format("tanh"), name="tanh_writes_into_the_gradient",
        replace="(g * (1 - y * y),)", by="(np.multiply(g, 1 - y * y, out=g),)")
mistake("activations.sigmoid", INTO_THE_GRADIENT.format("sigmoid"), name="sigmoid_writes_into_the_gradient",
        replace="(g * y * (1 - y),)", by="(np.multiply(g, y * (1 - y), out=g),)")
mistake("activations.softmax", INTO_THE_GRADIENT.format("softmax"), name="softmax_writes_into_the_gradient",
        replace="return (p * (g - (g * p).sum(axis=axis, keepdims=True)),)", by="""g -= (g * p).sum(axis=axis, keepdims=True)
        g *= p
        return (g,)""")
mistake("activations.log_softmax", INTO_THE_GRADIENT.format("log_softmax"), name="log_softmax_writes_into_the_gradient",
        replace="return (g - np.exp(log_p) * g.sum(axis=axis, keepdims=True),)",
        by="""g -= np.exp(log_p) * g.sum(axis=axis, keepdims=True)
        return (g,)""")

# ── formulas ────────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("activations.relu", """The vjp of your relu gives half of the gradient where a is exactly 0. At the kink any
    slope from 0 to 1 could be defended, but the contract takes 0.""", name="halves_at_zero",
        replace="np.where(positive, g, 0)", by="g * np.heaviside(a.data, 0.5).astype(g.dtype)",
        forms=[{"replace": "np.where(positive, g, 0)", "by": "g * (1 + np.sign(a.data)) / 2"}])

mistake("activations.relu", """The gradient of your relu is the mask alone, whatever gradient flows in. Where a is
    positive it is g: that is the chain rule.""",
        name="relu_ignores_the_upstream_gradient", replace="np.where(positive, g, 0)",
        by="positive.astype(a.dtype)", forms=[{"replace": "np.where(positive, g, 0)", "by": "np.where(positive, 1.0, 0.0)"}])

mistake("activations.relu", """Your relu leaks: for a negative a it returns a small share of a. That is another
    activation; here the value is 0.""",
        name="leaks", replace="record(np.where(positive, a.data, 0)", by="record(np.where(positive, a.data, a.data / 100)")

mistake("activations.sigmoid", """For -∞ your sigmoid is not a number. That is what -∞ + ∞, 0 · ∞ and ∞/∞ give, so one
    of them is computed on the way; with -|a| as the only exponent none of them arises.""",
        name="is_no_number_at_minus_infinity",
        replace="np.where(a.data >= 0, 1, e) / (1 + e)",
        by="(m := np.exp(np.minimum(a.data, 0))) / (m + np.exp(np.minimum(a.data, 0) - a.data))",
        forms=[{"replace": "y = np.where(a.data >= 0, 1, e) / (1 + e)",
                "by": """m = np.maximum(-a.data, 0)
    y = np.exp(-m) / (np.exp(-m) + np.exp(-a.data - m))"""}])

mistake("activations.sigmoid", """Where your sigmoid is tiny, its gradient has to be right to its own last digits, and
    is not. In a difference of numbers near ¼ or near 1, as in ¼ - (y - ½)², they are rounded away; the product y (1 -
    y) keeps them.""",
        name="loses_small_gradients_in_a_difference", replace="g * y * (1 - y)", by="g * (0.25 - (y - 0.5)**2)",
        forms=[{"replace": "g * y * (1 - y)", "by": "g * (1 - y) * (1 - (1 - y))"}])

mistake("activations.sigmoid", """The gradient of your sigmoid is that of tanh, 1 - y². For the sigmoid it is y (1 -
    y).""",
        name="takes_the_derivative_of_tanh", replace="g * y * (1 - y)", by="g * (1 - y * y)")

for function, sums in (("softmax", ("a.data.max(axis=axis, keepdims=True)", "e.sum(axis=axis, keepdims=True)",
                                    "(g * p).sum(axis=axis, keepdims=True)")),
                       ("log_softmax", ("a.data.max(axis=axis, keepdims=True)", "np.exp(shifted).sum(axis=axis, keepdims=True)",
                                        "g.sum(axis=axis, keepdims=True)"))):
    whole, *rest = [{"replace": each, "by": each.replace(", keepdims=True", "")} for each in reversed(sums)]
    mistake(f"activations.{function}", f"""Your {function} takes a sum or a maximum along the axis without
        keepdims=True. The result lacks that axis, so NumPy lays it along another one: the shapes do not fit then or,
        worse, they do.""", name=f"{function}_drops_the_axis",
            **whole, forms=rest)


def swaps_the_axis_and_reshapes(a, axis=-1):
    moved = np.swapaxes(a.data, axis, -1)
    e = np.exp(moved - moved.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)

    def vjp(g):
        g = np.swapaxes(g, axis, -1)
        return ((p * (g - (g * p).sum(axis=-1, keepdims=True))).reshape(a.shape),)

    return record(p.reshape(a.shape), (a,), vjp)


@mistake("activations.softmax", """Your softmax moves the axis to the end and never back. A reshape to the shape of a
    does not move an axis, it only relabels the numbers in the order in which they lie: where the axis is not the
    last, each of them ends up in another's place.""", forms=[swaps_the_axis_and_reshapes])
def moves_the_axis_and_reshapes(a, axis=-1):
    moved = np.moveaxis(a.data, axis, -1)
    e = np.exp(moved - moved.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)

    def vjp(g):
        g = np.moveaxis(g, axis, -1)
        return ((p * (g - (g * p).sum(axis=-1, keepdims=True))).reshape(a.shape),)

    return record(p.reshape(a.shape), (a,), vjp)


mistake("activations.softmax", """The vjp of your softmax lacks the factor p in front: in p (g - Σ g p), each score's
    share is scaled by its own probability.""", name="forgets_the_factor_in_front", replace="p * (g - ", by="(g - ")

mistake("activations.log_softmax", """The vjp of your log_softmax sums g over the whole array. Each slice along the
    axis is a distribution of its own, with its own sum: it goes along the axis, with keepdims=True.""",
        name="sums_all_gradients",
        replace="g.sum(axis=axis, keepdims=True)", by="g.sum()")

mistake("activations.log_softmax", """The gradient of your log_softmax is not a number where a probability was rounded
    to 0. On the way it divides by that probability, for the derivative of the logarithm, and multiplies by it again:
    g - p Σ g needs neither.""",
        name="divides_by_the_probability", replace="return (g - np.exp(log_p) * g.sum(axis=axis, keepdims=True),)",
        by="""p = np.exp(log_p)
        return (p * (g / p - (g / p * p).sum(axis=axis, keepdims=True)),)""",
        forms=[{"replace": "return (g - np.exp(log_p) * g.sum(axis=axis, keepdims=True),)", "by": """p = np.exp(log_p)
        with np.errstate(all="ignore"):
            return (p * (g / p - (g / p * p).sum(axis=axis, keepdims=True)),)"""}])

mistake("activations.log_softmax", """The vjp of your log_softmax multiplies the sum by log p. It is the probability
    itself that stands there, p = exp(log p).""",
        name="multiplies_by_the_logarithm", replace="np.exp(log_p) * g.sum", by="log_p * g.sum")

mistake("activations.log_softmax", """The vjp of your log_softmax is that of softmax, p (g - Σ g p). The logarithm has
    the simpler g - p Σ g.""", name="takes_the_derivative_of_softmax",
        replace="return (g - np.exp(log_p) * g.sum(axis=axis, keepdims=True),)", by="""p = np.exp(log_p)
        return (p * (g - (g * p).sum(axis=axis, keepdims=True)),)""")
