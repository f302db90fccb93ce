"""What learners get wrong in `layernorm`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

TARGET = "layernorm.layer_norm"
GRADIENT = "(h - common - normalised * stretch) / deviation"       # of x, in the reference
GAIN, BIAS = "(g * normalised).sum(axis=leading)", "g.sum(axis=leading)"
VARIANCE = "(centred * centred).mean(axis=-1, keepdims=True)"
MEAN = "x.data.mean(axis=-1, keepdims=True)"
VALUE = "gain.data * normalised + bias.data"


def changed(replace, *texts):
    """Forms that replace one text by each of several."""
    return [{"replace": replace, "by": text} for text in texts]


# ── mean and variance: of what ──────────────────────────────────────────────────────────────────────────────────────

def normalises_over_all_axes_before_the_last(x, gain, bias, *, eps=1e-5):
    examples = tuple(range(x.ndim - 1))
    centred = x.data - x.data.mean(axis=examples, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=examples, keepdims=True) + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=examples, keepdims=True)
        stretch = (h * normalised).mean(axis=examples, keepdims=True)
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=examples), g.sum(axis=examples))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


def takes_statistics_of_axis_0_forward_only(x, gain, bias, *, eps=1e-5):
    centred = x.data - x.data.mean(axis=0, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=0, keepdims=True) + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=-1, keepdims=True)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


@mistake(TARGET, """Your layer_norm takes mean and variance over the vectors, as batch normalisation does, so that what
    happens to one vector hangs on the others. Here each vector is normalised by itself: both go along the last axis, over
    its features.""", forms=[normalises_over_all_axes_before_the_last, takes_statistics_of_axis_0_forward_only])
def normalises_over_the_batch(x, gain, bias, *, eps=1e-5):
    centred = x.data - x.data.mean(axis=0, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=0, keepdims=True) + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=0, keepdims=True)
        stretch = (h * normalised).mean(axis=0, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


def takes_statistics_of_everything_both_ways(x, gain, bias, *, eps=1e-5):
    centred = x.data - x.data.mean()
    deviation = np.sqrt((centred**2).mean() + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        leading = tuple(range(g.ndim - 1))
        return ((h - h.mean() - normalised * (h * normalised).mean()) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


@mistake(TARGET, """Your layer_norm takes one mean and one variance of the whole array. Each vector along the last axis
    has its own: axis=-1, with keepdims=True so that they broadcast along the features.""",
         forms=[takes_statistics_of_everything_both_ways])
def one_mean_for_all(x, gain, bias, *, eps=1e-5):
    centred = x.data - x.data.mean()
    deviation = np.sqrt(x.data.var() + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=-1, keepdims=True)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


def divides_both_ways_by_one_less(x, gain, bias, *, eps=1e-5):
    n = x.shape[-1]
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).sum(axis=-1, keepdims=True) / (n - 1) + eps)
    normalised = centred / deviation

    def vjp(g):
        h = g * gain.data
        stretch = (h * normalised).sum(axis=-1, keepdims=True) / (n - 1)
        leading = tuple(range(g.ndim - 1))
        return ((h - h.mean(axis=-1, keepdims=True) - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


mistake(TARGET, """Your variance is the unbiased one, with n - 1 below the sum: the best guess about a population of which
    the features were a sample. Here they are all that there is, and the variance is the mean of their n squares. With
    n - 1, a single feature would divide by 0.""",
        name="takes_the_unbiased_variance", replace=VARIANCE, by="x.data.var(axis=-1, keepdims=True, ddof=1)",
        forms=[{"replace": VARIANCE, "by": "(centred * centred).sum(axis=-1, keepdims=True) / (x.shape[-1] - 1)"},
               {"replace": VARIANCE, "by": "(centred * centred).sum(axis=-1, keepdims=True) / max(x.shape[-1] - 1, 1)"},
               divides_both_ways_by_one_less])


def leaves_the_mean_in_the_numerator(x, gain, bias, *, eps=1e-5):
    deviation = np.sqrt(x.data.var(axis=-1, keepdims=True) + eps)
    normalised = x.data / deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=-1, keepdims=True)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


def normalises_by_the_root_mean_square(x, gain, bias, *, eps=1e-5):
    deviation = np.sqrt((x.data**2).mean(axis=-1, keepdims=True) + eps)
    normalised = x.data / deviation

    def vjp(g):
        h = g * gain.data
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return (h - normalised * stretch) / deviation, (g * normalised).sum(axis=leading), g.sum(axis=leading)

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


mistake(TARGET, """Your layer_norm leaves the mean in: it divides x where it should divide x - μ. The vectors then keep
    their offset, and only their scale is taken out.""", name="leaves_the_mean_in",
        replace=f"x.data - {MEAN}", by="x.data",
        forms=[leaves_the_mean_in_the_numerator, normalises_by_the_root_mean_square])

mistake(TARGET, """A mean or a variance along the last axis is taken without keepdims=True. The result lacks that axis, so
    NumPy lays it along another one: the shapes do not fit then or, worse, they do.""", name="drops_the_axis",
        replace=MEAN, by="x.data.mean(axis=-1)",
        forms=[*changed(VARIANCE, "(centred * centred).mean(axis=-1)", "x.data.var(axis=-1)"),
               *changed("h.mean(axis=-1, keepdims=True)", "h.mean(axis=-1)"),
               *changed("(h * normalised).mean(axis=-1, keepdims=True)", "(h * normalised).mean(axis=-1)")])

# ── eps and the root ────────────────────────────────────────────────────────────────────────────────────────────────


def adds_eps_to_the_deviation_and_differentiates_that(x, gain, bias, *, eps=1e-5):
    centred = x.data - x.data.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    normalised = centred / (deviation + eps)

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=-1, keepdims=True)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        grad_x = (h - common) / (deviation + eps) - centred / deviation * stretch / (deviation + eps)
        leading = tuple(range(g.ndim - 1))
        return grad_x, (g * normalised).sum(axis=leading), g.sum(axis=leading)

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


mistake(TARGET, """Your layer_norm adds to the standard deviation, outside of the root. eps belongs under it, beside the
    variance, and √(σ² + ε) is neither σ + ε nor σ + √ε: where the variance is small they are far apart.""",
        name="adds_eps_outside_the_root", replace="np.sqrt(variance + eps)", by="np.sqrt(variance) + eps",
        forms=[adds_eps_to_the_deviation_and_differentiates_that,
               *changed("np.sqrt(variance + eps)", "np.sqrt(variance) + np.sqrt(eps)")])

mistake(TARGET, """Your layer_norm takes the larger of two numbers, so that eps counts only where the variance is small.
    The contract adds eps to every variance, under the root.""",
        name="takes_the_larger_of_variance_and_eps", replace="np.sqrt(variance + eps)", by="np.sqrt(np.maximum(variance, eps))",
        forms=changed("np.sqrt(variance + eps)", "np.maximum(np.sqrt(variance), eps)",
                      "np.maximum(np.sqrt(variance), np.sqrt(eps))"))

mistake(TARGET, """Your layer_norm divides by the standard deviation without eps. Where all features are equal that is 0/0,
    which is not a number, and where they are nearly equal the result is much too large.""",
        name="forgets_eps", replace="np.sqrt(variance + eps)", by="np.sqrt(variance)")

mistake(TARGET, """Your layer_norm has no eps but where the variance is 0. The contract adds it to every variance, under the
    root: where the features are nearly equal, the difference is large.""",
        name="uses_eps_only_at_zero", replace="np.sqrt(variance + eps)", by="np.sqrt(np.where(variance == 0, eps, variance))",
        forms=changed("np.sqrt(variance + eps)", "np.where(variance == 0, 1, np.sqrt(variance)).astype(x.dtype)"))

mistake(TARGET, """Your layer_norm does not look at `eps`, and adds a number of its own. The one that is handed over
    counts; 10⁻⁵ is what it is where none is.""",
        name="has_an_eps_of_its_own", replace="variance + eps", by="variance + 1e-5",
        forms=changed("variance + eps", "variance + 1e-8", "variance + 1e-6", "variance + 1e-12"))

mistake(TARGET, """Your layer_norm divides by the variance. The root of it, the standard deviation, is what has the unit of x:
    only then has the result the variance 1.""",
        name="forgets_the_root", replace="np.sqrt(variance + eps)", by="variance + eps")

mistake(TARGET, """The value has eps under the root and the gradient of x has not. What the vjp divides by is the same
    √(σ² + ε); without ε it is 0 where all features are equal.""",
        name="forgets_eps_in_the_vjp", replace=GRADIENT, by="(h - common - normalised * stretch) / np.sqrt(variance)",
        forms=changed(GRADIENT, "(h - common - centred / variance * (h * centred).mean(axis=-1, keepdims=True)) / deviation",
                      "(h - common - centred / np.sqrt(variance) * stretch) / deviation"))

# ── digits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your variance is the mean of the squares minus the square of the mean. With a large offset these are two
    huge numbers, each rounded at its own size, and of their small difference no digit is left; it may even be negative.
    Take the mean off first, and square what remains.""", name="subtracts_squares",
        replace=VARIANCE, by=f"(x.data * x.data).mean(axis=-1, keepdims=True) - {MEAN}**2",
        forms=changed(VARIANCE, f"np.maximum((x.data**2).mean(axis=-1, keepdims=True) - {MEAN}**2, 0)",
                      f"np.abs((x.data**2).mean(axis=-1, keepdims=True) - {MEAN}**2)",
                      f"(x.data**2).sum(axis=-1, keepdims=True) / x.shape[-1] - {MEAN}**2"))

mistake(TARGET, """The value is computed as x times a factor plus a number. With a large offset both parts are huge, and
    the digits that are left after the addition are few. Take the mean off x itself, before anything multiplies it.""",
        name="folds_the_mean_into_the_bias", replace=VALUE,
        by=f"gain.data / deviation * x.data + (bias.data - {MEAN} * gain.data / deviation)",
        forms=changed(VALUE, f"gain.data * (x.data / deviation - {MEAN} / deviation) + bias.data"))

mistake(TARGET, """The gradient of x is multiplied out, with x itself in it, and the mean comes off afterwards. With a large
    offset the parts are huge and their digits are lost. x̂, which you have already, has no offset.""",
        name="multiplies_the_gradient_out", replace=f"grad_x = {GRADIENT}     # (*leading, features)",
        by=f"""mean, n = {MEAN}, x.shape[-1]
        ds, db = (h * x.data).sum(axis=-1, keepdims=True), h.sum(axis=-1, keepdims=True)
        b = (db * mean - ds) / deviation**3 / n
        grad_x = h / deviation + b * x.data - b * mean - db / deviation / n""",
        forms=[{"replace": "stretch = (h * normalised).mean(axis=-1, keepdims=True)",
                "by": f"stretch = ((h * x.data).mean(axis=-1, keepdims=True) - {MEAN} * common) / deviation"}])

# ── the gradient of x ───────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """The gradient of x takes mean and variance for constants: it is what arrives, divided by the deviation.
    But each feature moves the mean and the variance too, and through them every x̂ of its vector.""",
        name="takes_the_statistics_for_constants", replace=GRADIENT, by="h / deviation")

mistake(TARGET, """The gradient of x has the way through the mean, and lacks the one through the variance: the term
    x̂ times the mean of h x̂.""", name="forgets_the_variance", replace=GRADIENT, by="(h - common) / deviation")

mistake(TARGET, """The gradient of x has the way through the variance, and lacks the one through the mean: the mean of h
    is taken off as well.""", name="forgets_the_mean", replace=GRADIENT, by="(h - normalised * stretch) / deviation")

mistake(TARGET, """The gradient of x does not know the gain. What arrives at x̂ is g times the gain, and everything else is
    computed from that.""", name="forgets_the_gain", replace="h = g * gain.data", by="h = g")

mistake(TARGET, """The gradient of x has the gain in the wrong place. Each g belongs multiplied by its gain before the two
    means over the features are taken: in a mean of many features the gains do not come out.""",
        name="multiplies_by_the_gain_last", replace=GRADIENT,
        by="""gain.data * (g - g.mean(axis=-1, keepdims=True)
                              - normalised * (g * normalised).mean(axis=-1, keepdims=True)) / deviation""",
        forms=[*changed("h.mean(axis=-1, keepdims=True)", "g.mean(axis=-1, keepdims=True)"),
               *changed("(h * normalised).mean(axis=-1, keepdims=True)", "(g * normalised).mean(axis=-1, keepdims=True)")])

mistake(TARGET, """The gradient of x is not divided by the standard deviation. Numbers that are ten times larger get a
    gradient that is ten times smaller: x̂ hardly notices a step of theirs.""",
        name="forgets_the_deviation", replace=GRADIENT, by="h - common - normalised * stretch",
        forms=changed(GRADIENT, "(h - common - normalised * stretch) * deviation"))

mistake(TARGET, """The gradient of x has a sum over the features where a mean belongs: what comes through the mean and what
    comes through the variance has 1/n in front.""", name="sums_where_a_mean_belongs", replace=GRADIENT,
        by="""(h - h.sum(axis=-1, keepdims=True) - normalised * (h * normalised).sum(axis=-1, keepdims=True)) / deviation""",
        forms=[*changed("h.mean(axis=-1, keepdims=True)", "h.sum(axis=-1, keepdims=True)"),
               *changed("(h * normalised).mean(axis=-1, keepdims=True)", "(h * normalised).sum(axis=-1, keepdims=True)")])

mistake(TARGET, """The gradient of x divides its sums by the wrong count. n is the number of features, x.shape[-1], and has
    nothing to do with how many vectors there are.""", name="counts_the_vectors", replace=GRADIENT,
        by="""(h - (h.sum(axis=-1, keepdims=True) + normalised * (h * normalised).sum(axis=-1, keepdims=True)) / len(g)
                  ) / deviation""",
        forms=changed(GRADIENT, """(h - (h.sum(axis=-1, keepdims=True) + normalised
                       * (h * normalised).sum(axis=-1, keepdims=True)) / g.size) / deviation"""))

mistake(TARGET, """In the gradient of x a sign is wrong: from h, the mean of h and x̂ times the mean of h x̂ are both taken
    off.""", name="turns_a_sign", replace=GRADIENT, by="(h - common + normalised * stretch) / deviation",
        forms=changed(GRADIENT, "(h + common - normalised * stretch) / deviation",
                      "(h + common + normalised * stretch) / deviation",
                      "-(h - common - normalised * stretch) / deviation"))

mistake(TARGET, """In the gradient of x the way through the variance has a factor 2 too much or too little. The square
    brings a 2, and the root a ½: together they are 1.""", name="forgets_a_half",
        replace=GRADIENT, by="(h - common - 2 * normalised * stretch) / deviation",
        forms=changed(GRADIENT, "(h - common - normalised * stretch / 2) / deviation"))

mistake(TARGET, """In the last term of the gradient of x, x̂ stands twice: in front, and in the mean of h x̂. In one of the two
    places yours has x - μ, which is not divided by the deviation yet.""", name="forgets_to_divide_one_factor",
        replace=GRADIENT, by="(h - common - centred * stretch) / deviation",
        forms=[*changed(GRADIENT, "(h - common - centred * (h * centred).mean(axis=-1, keepdims=True)) / deviation"),
               *changed("(h * normalised).mean(", "(h * centred).mean(")])

mistake(TARGET, """In the last term of the gradient of x, x̂ stands twice: in front, and in the mean of h x̂. In one of the two
    places yours has x itself, without the mean taken off and without the division.""", name="has_x_for_a_factor",
        replace=GRADIENT, by="(h - common - x.data * stretch) / deviation",
        forms=changed("(h * normalised).mean(", "(h * x.data).mean("))

mistake(TARGET, """In the last term of the gradient of x, x̂ stands twice: in front, and in the mean of h x̂. In one of the two
    places or in both yours has y, with gain and bias in it already.""", name="has_y_for_a_factor",
        replace=GRADIENT, by=f"(h - common - ({VALUE}) * stretch) / deviation",
        forms=[*changed("(h * normalised).mean(", f"(h * ({VALUE})).mean("),
               *changed(GRADIENT, f"(h - common - ({VALUE}) * (h * ({VALUE})).mean(axis=-1, keepdims=True)) / deviation")])

# ── gain and bias ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """The value lacks the bias. It is added last, after the gain has multiplied.""",
        name="forgets_the_bias", replace=VALUE, by="gain.data * normalised")

mistake(TARGET, """The value lacks the gain: each x̂ is multiplied by the gain of its feature before the bias is added.""",
        name="forgets_to_scale", replace=VALUE, by="normalised + bias.data")

mistake(TARGET, """Your layer_norm adds the bias before it multiplies by the gain, and so the gain scales the bias too.
    First the gain multiplies, then the bias is added.""",
        name="adds_the_bias_first", replace=VALUE, by="gain.data * (normalised + bias.data)")

mistake(TARGET, """The gradient of the gain is taken with x in place of x̂: the gain multiplies what has been normalised
    already.""", name="gain_times_x", replace=GAIN, by="(g * x.data).sum(axis=leading)")

mistake(TARGET, """The gradient of the gain is taken with x - μ in place of x̂: the gain multiplies what has been divided by
    the deviation already.""", name="gain_times_centred", replace=GAIN, by="(g * centred).sum(axis=leading)")

mistake(TARGET, """The gradient of the gain has the gain itself in it. y is the gain times x̂, plus the bias, so its derivative
    by the gain is x̂ alone.""", name="gain_in_its_own_gradient", replace=GAIN, by="(h * normalised).sum(axis=leading)",
        forms=[{"replace": GAIN, "by": "(g * (gain.data * normalised + bias.data)).sum(axis=leading)"}])

mistake(TARGET, """The gradient of the bias has the gain in it. y is the gain times x̂, plus the bias: what comes back to the
    bias is g as it came, summed over the vectors. g times the gain is for x̂ alone.""", name="gain_in_the_gradient_of_the_bias",
        replace=BIAS, by="h.sum(axis=leading)",
        forms=changed(f"{GAIN}, {BIAS}", "(h * normalised).sum(axis=leading), h.sum(axis=leading)"))

mistake(TARGET, """The gradients of gain and bias come back in each other's place. They are in the order of the parents: x,
    gain, bias.""", name="swaps_gain_and_bias", replace=f"{GAIN}, {BIAS}", by=f"{BIAS}, {GAIN}")

mistake(TARGET, """The gradient of gain or bias is not summed over the vectors, and has the shape of g. Each vector used the
    same gain and bias, so what comes back from all of them is added.""", name="sums_no_gradient",
        replace=f"{GAIN}, {BIAS}", by="g * normalised, g",
        forms=[*changed(f"{GAIN}, {BIAS}", f"{GAIN}, g"), *changed(GAIN, "g * normalised")])

mistake(TARGET, """Your gradients of gain and bias are summed over the first axis alone. Before the last axis of x there may
    be none or several: sum over all of them.""", name="sums_over_the_first_axis",
        replace="tuple(range(g.ndim - 1))", by="0",
        forms=changed("tuple(range(g.ndim - 1))", "0 if g.ndim > 1 else ()", "(0,) if g.ndim > 1 else ()"))

mistake(TARGET, """Your gradients of gain and bias leave one of the axes before the last out of their sum. Every vector along
    the last axis used the same gain and bias: sum over all the axes before it.""", name="leaves_an_axis_out_of_the_sum",
        replace="range(g.ndim - 1)", by="range(1, g.ndim - 1)", forms=changed("range(g.ndim - 1)", "range(g.ndim - 2)"))

mistake(TARGET, """Your gradients of gain and bias are summed along the features. Each feature has its own gain and bias: the
    sum goes over all axes but the last.""", name="sums_over_the_features",
        replace="tuple(range(g.ndim - 1))", by="-1", forms=changed("tuple(range(g.ndim - 1))", "tuple(range(g.ndim))"))

mistake(TARGET, """The gradients of gain and bias are means over the vectors. Rule 1 of the chapter adds; where a loss is a
    mean over the batch, that is in g already.""", name="takes_means_for_gain_and_bias",
        replace=f"{GAIN}, {BIAS}", by="(g * normalised).mean(axis=leading), g.mean(axis=leading)",
        forms=[*changed(GAIN, "(g * normalised).mean(axis=leading)"),
               *changed(f"{GAIN}, {BIAS}", f"{GAIN}, g.mean(axis=leading)")])

mistake(TARGET, """Your layer_norm records x alone as a parent. Gain and bias are parameters, and learn only from a gradient
    that reaches them: all three are parents, in the order x, gain, bias.""", name="records_x_alone",
        replace="(x, gain, bias), vjp)", by="(x,), lambda g: vjp(g)[:1])", forms=changed("(x, gain, bias), vjp)", "(x,), vjp)"))

# ── what belongs to others ──────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your vjp writes into the gradient that flows in. That array belongs to the caller, who may hand it to other
    operations too; and the gradients of gain and bias need it as it came. Compute in an array of your own.""",
        name="writes_into_the_gradient", replace="h = g * gain.data", by="""g *= gain.data
        h = g""",
        forms=[{"replace": f"return grad_x, {GAIN}, {BIAS}", "by": f"""grad_gain, grad_bias = {GAIN}, g.sum(axis=leading).copy()
        g *= gain.data
        g -= common
        return grad_x, grad_gain, grad_bias"""}, {"replace": f"return grad_x, {GAIN}, {BIAS}",
        "by": f"""grad_gain, grad_bias = {GAIN}, g.sum(axis=leading).copy()
        g *= gain.data
        return grad_x, grad_gain, grad_bias"""}])


def normalises_x_in_place(x, gain, bias, *, eps=1e-5):
    normalised = x.data
    normalised -= normalised.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((normalised**2).mean(axis=-1, keepdims=True) + eps)
    normalised /= deviation

    def vjp(g):
        h = g * gain.data
        common = h.mean(axis=-1, keepdims=True)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)
        leading = tuple(range(g.ndim - 1))
        return ((h - common - normalised * stretch) / deviation,
                (g * normalised).sum(axis=leading), g.sum(axis=leading))

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)


mistake(TARGET, """Your layer_norm changes x itself. x belongs to the caller, and other operations may need it as it was:
    make a new array.""", name="writes_into_x", replace="centred = x.data - ", by="centred = x.data; centred -= ",
        forms=[normalises_x_in_place])

mistake(TARGET, """Your layer_norm multiplies by the gain and adds the bias in the array that holds x̂. The vjp needs x̂ as
    it was, and finds y in its place.""", name="scales_in_place", replace=f"return record({VALUE}, ",
        by="""normalised *= gain.data
    normalised += bias.data
    return record(normalised, """,
        forms=[{"replace": f"return record({VALUE}, ", "by": """y = normalised
    y *= gain.data
    y = y + bias.data
    return record(y, """}])

mistake(TARGET, """Your vjp writes into an array that was kept from the forward pass. The first call is right, and the second
    finds other numbers there: compute in an array of its own.""", name="writes_into_what_it_keeps",
        replace=f"return grad_x, {GAIN}, {BIAS}", by=f"""grad_gain = {GAIN}
        grad_x = normalised
        grad_x *= -stretch
        grad_x += h - common
        return grad_x / deviation, grad_gain, {BIAS}""",
        forms=[{"replace": f"return grad_x, {GAIN}, {BIAS}", "by": f"""products = np.multiply(normalised, g, out=normalised)
        return grad_x, products.sum(axis=leading), {BIAS}"""}])

# ── the dtype ───────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """The value of your layer_norm is float64 for float32 operands. Arrays and numbers that NumPy makes, as by
    np.zeros, np.array(eps) or np.float64, are float64 unless they are told otherwise; a plain Python number widens
    nothing.""", name="value_in_float64", replace="variance + eps", by="variance + np.array(eps)",
        forms=[*changed("variance + eps", "variance + np.float64(eps)"), *changed(VALUE, f"np.zeros(x.shape) + {VALUE}"),
               *changed(f"x.data - {MEAN}", "x.data - x.data.mean(axis=-1, keepdims=True, dtype=np.float64)")])

mistake(TARGET, """The value is float32 for float32 operands, and a gradient is float64. Arrays and numbers that NumPy makes,
    as by np.zeros, np.prod or np.array, are float64 or widen float32 to it; a plain Python number does not.""",
        name="gradient_in_float64", replace=GRADIENT, by=f"np.zeros(x.shape) + {GRADIENT}",
        forms=[*changed("h.mean(axis=-1, keepdims=True)", "h.sum(axis=-1, keepdims=True) / np.prod(x.shape[-1:])"),
               *changed(f"{GAIN}, {BIAS}", f"np.zeros(gain.shape) + {GAIN}, np.zeros(bias.shape) + {BIAS}"),
               *changed(f"{GAIN}, {BIAS}", f"{GAIN}, g.sum(axis=leading, dtype=np.float64)")])

mistake(TARGET, """Your layer_norm computes in float32 also where its operands are float64. What comes in as float64 keeps
    its digits all the way.""", name="computes_in_float32", replace=f"x.data - {MEAN}",
        by=f"(x.data - {MEAN}).astype(np.float32).astype(x.dtype)",
        forms=changed("= centred / deviation", "= (centred / deviation).astype(np.float32).astype(x.dtype)"))
