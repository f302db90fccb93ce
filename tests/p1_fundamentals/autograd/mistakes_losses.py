"""What learners get wrong in `losses`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("losses.mse_loss", """Your mse_loss sums the squares. The mean divides by the number of elements, in the
    value and in the gradient; without it, the size of a step would depend on the size of the batch.""")
def sums_the_squares(prediction, target):
    error = prediction.data - target.data
    return record((error**2).sum(), (prediction, target), lambda g: (g * 2 * error, -g * 2 * error))


@mistake("losses.mse_loss", """The value of your mse_loss is right, but its gradient is not divided by the number of
    elements: the loss is a mean, so each element's share of it is one n-th.""")
def forgets_to_divide_the_gradient(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction, target), lambda g: (g * 2 * error, -g * 2 * error))


def divides_by_the_length(prediction, target):
    error = prediction.data - target.data
    n = error.shape[0]
    return record((error**2).sum() / n, (prediction, target), lambda g: (g * 2 * error / n, -g * 2 * error / n))


def divides_by_len(prediction, target):
    error = prediction.data - target.data
    n = len(error)
    return record((error**2).sum() / n, (prediction, target), lambda g: (g * 2 * error / n, -g * 2 * error / n))


@mistake("losses.mse_loss", """Your mse_loss divides by the number of rows. The mean goes over all elements, whatever
    the shape.""", forms=[divides_by_the_length, divides_by_len])
def divides_by_the_batch(prediction, target):
    error = prediction.data - target.data
    n = len(error) if error.ndim else 1
    return record((error**2).sum() / n, (prediction, target), lambda g: (g * 2 * error / n, -g * 2 * error / n))


def returns_none_for_the_target(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction, target), lambda g: (g * 2 * error / error.size, None))


def knows_one_parent(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction,), lambda g: (g * 2 * error / error.size,))


def returns_one_gradient(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction, target), lambda g: (g * 2 * error / error.size,))


@mistake("losses.mse_loss", """Your mse_loss sends nothing back to the target. It is an operand like the prediction,
    and what it gets is the negative of what the prediction gets.""",
         forms=[returns_none_for_the_target, knows_one_parent, returns_one_gradient])
def no_gradient_for_the_target(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction, target),
                  lambda g: (g * 2 * error / error.size, np.zeros_like(error)))


mistake("losses.mse_loss", """The target gets the same gradient as the prediction in your mse_loss. In (a - t)² the
    target has a minus, so its gradient is the negative of the other.""", name="same_gradient_for_the_target",
        replace="return gradient, -gradient", by="return gradient, gradient")

mistake("losses.mse_loss", """The gradients of your mse_loss have the wrong sign: what rises with the loss must have a
    positive one. ∂/∂a (a - t)² is 2 (a - t), and so is ∂/∂a (t - a)², for which the chain rule brings a minus.""",
        name="turns_the_signs", replace="return gradient, -gradient", by="return -gradient, gradient")

mistake("losses.mse_loss", """The gradients of your mse_loss are half of what they should be: the derivative of a square
    e² is 2e, and your mse_loss has no ½ in front of it.""", name="forgets_the_two",
        replace="g * 2 * error", by="g * error")

mistake("losses.mse_loss", """The gradients of your mse_loss are those of the loss alone, whatever gradient flows in.
    Multiply by g: more may be computed from the loss, and then g is not 1.""",
        name="mse_ignores_the_upstream_gradient",
        replace="g * 2 * error", by="2 * error")


def multiplies_the_means(prediction, target):
    a, t = prediction.data, target.data
    return record(np.mean(a**2) - 2 * np.mean(a * t) + np.mean(t**2), (prediction, target),
                  lambda g: (g * 2 * (a - t) / a.size, g * 2 * (t - a) / a.size))


def adds_the_squares_first(prediction, target):
    a, t = prediction.data, target.data
    return record(np.mean(a * a + t * t - 2 * a * t), (prediction, target),
                  lambda g: (g * 2 * (a - t) / a.size, g * 2 * (t - a) / a.size))


@mistake("losses.mse_loss", """Your mse_loss loses a small difference of large numbers, such as the 1 between 10⁸ + 1
    and 10⁸. Subtract first, in the dtype that came, and square what is left: in a² - 2at + t² each term is rounded at
    its own size, here 10¹⁶, and what they differ by is gone, as it is when they become float32.""",
         forms=[multiplies_the_means, adds_the_squares_first])
def expands_the_square(prediction, target):
    a, t = prediction.data, target.data
    return record(np.mean(a**2 - 2 * a * t + t**2), (prediction, target),
                  lambda g: (g * 2 * (a - t) / a.size, g * 2 * (t - a) / a.size))


@mistake("losses.cross_entropy", """Your cross_entropy exponentiates the logits as they come: e¹⁰⁰⁰ is infinite in
    floating point, and ∞/∞ is not a number. Softmax does not change when one number is taken off every logit of a
    row.""")
def exponentiates_large_logits(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    rows = np.arange(batch)
    with np.errstate(all="ignore"):
        exponentials = np.exp(logits.data)
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        value = -np.log(p[rows, labels]).mean()

    def vjp(g):
        gradient = p.copy()
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(value, (logits,), vjp)


def shifts_by_the_true_logit(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    rows = np.arange(batch)
    e = np.exp(logits.data - logits.data[rows, labels][:, None])
    total = e.sum(axis=1, keepdims=True)

    def vjp(g):
        gradient = e / total
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(np.log(total).mean(), (logits,), vjp)


@mistake("losses.cross_entropy", """The loss of your cross_entropy is infinite where 2000 is right. Either it takes
    the logarithm of a probability, which has been rounded to 0 by then, or it exponentiates differences to another
    logit than the largest, and e²⁰⁰⁰ is infinite. Take the largest logit of the row off, and write log p as a
    difference: exp and log then never meet a value out of range.""", forms=[shifts_by_the_true_logit])
def takes_the_log_of_a_softmax(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    rows = np.arange(batch)
    exponentials = np.exp(logits.data - logits.data.max(axis=1, keepdims=True))
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        value = -np.log(p[rows, labels]).mean()

    def vjp(g):
        gradient = p.copy()
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(value, (logits,), vjp)


@mistake("losses.cross_entropy", """The gradient of your cross_entropy is not divided by the batch. The loss is a mean
    over the batch, so each row's share of it is one n-th.""")
def forgets_the_batch(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(batch)

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (g * gradient,)

    return record(-log_p[rows, labels].mean(), (logits,), vjp)


@mistake("losses.cross_entropy", """Your cross_entropy lets labels through that are no class. NumPy reads -1 as the
    last class and says nothing, so a mistake in the data would go unseen: raise ValueError.""")
def takes_negative_labels(logits, labels):
    batch, classes = logits.shape
    if (labels >= classes).any():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(batch)

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(-log_p[rows, labels].mean(), (logits,), vjp)


@mistake("losses.cross_entropy", """Your one-hot matrix is float64 (np.eye makes that unless told otherwise), and it
    pulls a float32 gradient up to float64 with it.""")
def one_hot_in_float64(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return record(-log_p[np.arange(batch), labels].mean(), (logits,),
                  lambda g: (g * (np.exp(log_p) - np.eye(classes)[labels]) / batch,))


@mistake("losses.cross_entropy", """The gradient of your cross_entropy takes 1 off in the whole column of a label.
    With `gradient[:, labels]` NumPy picks columns for every row; one place in each row needs the row numbers beside
    the labels.""")
def subtracts_in_every_row(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[:, labels] -= 1
        return (g * gradient / batch,)

    return record(-log_p[np.arange(batch), labels].mean(), (logits,), vjp)


mistake("losses.cross_entropy", """Your cross_entropy refuses negative labels, but lets 3 through where there are three
    classes, and NumPy complains with an IndexError. Classes count from 0, so the last one is classes - 1: raise
    ValueError from `classes` on.""", name="takes_the_number_of_classes_for_a_class",
        replace="(labels < classes)", by="(labels <= classes)",
        forms=[{"replace": "((labels >= 0) & (labels < classes))", "by": "(labels >= 0)"}])

mistake("losses.cross_entropy", """Your cross_entropy refuses the labels 0, 2 and 1 of three classes if they are
    unsigned. Unsigned integers have no number below 0, so a difference of them wraps around: 0 - 3 is 253 in uint8,
    and no difference is ever negative. Compare the labels themselves with `classes`.""",
        name="subtracts_unsigned_labels",
        replace="(labels < classes)", by="(labels - classes < 0)",
        forms=[{"replace": "(labels < classes)",
                "by": "(labels - labels.dtype.type(min(classes, np.iinfo(labels.dtype).max)) < 0)"},
               {"replace": "(labels < classes)", "by": "(labels - np.array(classes).astype(labels.dtype) < 0)"}])

mistake("losses.cross_entropy", """The gradient of your cross_entropy is that of the loss alone, whatever gradient
    flows in. Multiply by g: more may be computed from the loss, and then g is not 1.""",
        name="ignores_the_upstream_gradient",
        replace="g * gradient", by="gradient")

mistake("losses.cross_entropy", """Your cross_entropy shifts all rows by one number, such as the largest logit of the
    whole batch. In a row whose logits lie far below it all exponentials become 0, and log 0 is infinite: each row
    needs its own maximum.""",
        name="takes_one_maximum_of_the_batch", replace="z.max(axis=1, keepdims=True)", by="z.max()")

mistake("losses.cross_entropy", """The value of your cross_entropy is the sum over the batch. It is to be the mean, so
    that the size of a step does not depend on the size of the batch.""", name="sums_over_the_batch",
        replace="-log_p[rows, labels].mean()", by="-log_p[rows, labels].sum()")

mistake("losses.cross_entropy", """Your cross_entropy keeps the probability away from 0 by a small number before it
    takes the logarithm. No loss can then be larger than minus the logarithm of that number, where 2000 is right.
    Write log p as the shifted logit minus log Σ exp, and nothing has to be kept from 0.""",
        name="adds_epsilon_in_the_log",
        replace="-log_p[rows, labels].mean()", by="-np.log(np.exp(log_p)[rows, labels] + 1e-12).mean()",
        forms=[{"replace": "-log_p[rows, labels].mean()", "by": f"-np.log(np.exp(log_p)[rows, labels] + {eps}).mean()"}
               for eps in ("1e-15", "1e-10", "1e-8")])


def scales_the_difference(prediction, target):
    error = prediction.data - target.data

    def vjp(g):
        d = error
        d *= g * 2 / d.size
        return d, -d

    return record(np.mean(error**2), (prediction, target), vjp)


mistake("losses.mse_loss", """The vjp of your mse_loss multiplies the difference in place that it has kept from the
    way forward. A second call goes on from the product: compute in an array of its own.""",
        name="scales_the_difference_in_place",
        replace="gradient = g * 2 * error / error.size", by="""np.multiply(error, g * 2 / error.size, out=error)
        gradient = error""", forms=[scales_the_difference])

mistake("losses.mse_loss", """Your mse_loss takes the root of the mean. The loss is the mean of the squares itself.""",
        name="takes_the_root", replace="np.mean(error**2)", by="np.sqrt(np.mean(error**2))")

mistake("losses.mse_loss", """Your mse_loss has a factor ½, as it is written in some books. Here the loss is the mean
    of the squares, and its derivative has the 2.""",
        name="halves_the_mean", replace="np.mean(error**2)", by="np.mean(error**2) / 2",
        forms=[{"replace": """gradient = g * 2 * error / error.size
        return gradient, -gradient

    return record(np.mean(error**2)""", "by": """gradient = g * error / error.size
        return gradient, -gradient

    return record(np.mean(error**2) / 2"""}])

mistake("losses.mse_loss", """Your mse_loss takes the mean of the absolute differences. They are squared before the
    mean is taken.""",
        name="forgets_the_square", replace="np.mean(error**2)", by="np.mean(np.abs(error))")

FLOAT64 = """The value of your {} is float64 for float32 operands. float(...), math and sum over Python's numbers give
    a Python number, and a tensor of that is float64, as it is where NumPy is told dtype=float: keep NumPy's float32."""

mistake("losses.mse_loss", FLOAT64.format("mse_loss"), name="mse_value_in_float64",
        replace="np.mean(error**2)", by="np.mean(error**2, dtype=np.float64)",
        forms=[{"replace": "np.mean(error**2)", "by": "float(np.mean(error**2))"}])

mistake("losses.cross_entropy", FLOAT64.format("cross_entropy"), name="value_in_float64",
        replace="-log_p[rows, labels].mean()", by="-log_p[rows, labels].mean(dtype=np.float64)",
        forms=[{"replace": "-log_p[rows, labels].mean()", "by": "float(-log_p[rows, labels].mean())"}])

mistake("losses.mse_loss", """The vjp of your mse_loss writes into the gradient that flows in. That array belongs to
    the caller: compute in one of its own.""",
        name="mse_writes_into_the_gradient", replace="gradient = g * 2", by="""g *= 2
        gradient = g""")

mistake("losses.cross_entropy", """The vjp of your cross_entropy writes into the gradient that flows in. That array
    belongs to the caller: compute in one of its own.""",
        name="writes_into_the_gradient", replace="return (g * gradient / batch,)", by="""g /= batch
        return (g * gradient,)""")


def takes_one_off_the_probabilities(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    p, rows = e / total, np.arange(batch)

    def vjp(g):
        p[rows, labels] -= 1
        return (p * g / batch,)

    return record(-(shifted - np.log(total))[rows, labels].mean(), (logits,), vjp)


mistake("losses.cross_entropy", """The vjp of your cross_entropy takes 1 off in the array of probabilities that it has
    kept. A second call takes off another 1: make a copy in each call.""", name="takes_one_off_again",
        replace="def vjp(g):", by="""kept = np.exp(log_p)

    def vjp(g):
        kept[rows, labels] -= 1
        return (g * kept / batch,)

    def unused(g):""", forms=[takes_one_off_the_probabilities])

mistake("losses.cross_entropy", """Your cross_entropy takes labels for other classes: they were squeezed into an
    integer type of eight bits, which ends at 255 or at 127, and larger ones wrap around. Leave them in the dtype in
    which they came, or take np.int64.""", name="squeezes_the_labels", replace="rows = np.arange(batch)",
        by="rows, labels = np.arange(batch), labels.astype(np.uint8)",
        forms=[{"replace": "rows = np.arange(batch)", "by": "rows, labels = np.arange(batch), labels.astype(np.int8)"}])

mistake("losses.cross_entropy", """Your cross_entropy raises IndexError for labels in uint64. No integer type of NumPy
    holds all of uint64 and of int64, so a sum of the two is float64, and a float is no index: turn the labels into
    np.int64 first.""",
        name="adds_uint64_to_int64", replace="-log_p[rows, labels].mean()", by="-log_p.ravel()[rows * classes + labels].mean()",
        forms=[{"replace": "-log_p[rows, labels].mean()", "by": "-log_p.reshape(-1)[labels + rows * classes].mean()"}])

mistake("losses.cross_entropy", """The gradient of your cross_entropy has the wrong sign: it is softmax(z) minus the
    one-hot vector, so that a step against it raises the logit of the label.""", name="turns_the_sign_of_the_gradient",
        replace="return (g * gradient / batch,)", by="return (-g * gradient / batch,)")

mistake("losses.cross_entropy", """The value of your cross_entropy is negative: the loss is minus the logarithm, so
    that it falls where the probability of the label rises.""",
        name="forgets_the_minus", replace="-log_p[rows, labels].mean()", by="log_p[rows, labels].mean()")

mistake("losses.cross_entropy", """The gradient of your cross_entropy is the softmax alone. At the label 1 is taken
    off: that is the part which the logit of the label itself brings in.""",
        name="forgets_the_label", replace="gradient[rows, labels] -= 1", by="pass")

mistake("losses.cross_entropy", """The gradient of your cross_entropy has log p where p belongs: softmax(z) minus the
    one-hot vector. Raise e to the power of log p first.""",
        name="forgets_to_exponentiate", replace="gradient = np.exp(log_p)", by="gradient = log_p.copy()")


@mistake("losses.cross_entropy", """Your cross_entropy takes its softmax down the batch. A row is one example, and its
    probabilities add up to 1 along the classes, axis 1.""")
def goes_down_the_batch(logits, labels):
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label outside of the classes")
    shifted = logits.data - logits.data.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    rows = np.arange(batch)

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(-log_p[rows, labels].mean(), (logits,), vjp)


mistake("losses.cross_entropy", """Your cross_entropy measures in bits, with the logarithm to the base 2. Here log is
    the natural one, whose derivative is 1/p.""", name="measures_in_bits", replace="record(-log_p[rows, labels].mean()",
        by="record(-log_p[rows, labels].mean() / np.log(z.dtype.type(2))")

mistake("losses.cross_entropy", """Your cross_entropy counts every class, and not only that of the label. The loss is
    -log p of the label, and nothing else of the row.""",
        name="counts_every_class", replace="-log_p[rows, labels].mean()", by="-log_p.sum(axis=1).mean()",
        forms=[{"replace": "-log_p[rows, labels].mean()", "by": "-log_p.mean()"},
               {"replace": "-log_p[rows, labels].mean()", "by": "-log_p[:, labels].mean()"}])
