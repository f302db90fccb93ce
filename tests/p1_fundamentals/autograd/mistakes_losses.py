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


@mistake("losses.mse_loss", """Your mse_loss divides by the number of rows. The mean goes over all elements, whatever
    the shape.""")
def divides_by_the_batch(prediction, target):
    error = prediction.data - target.data
    n = len(error) if error.ndim else 1
    return record((error**2).sum() / n, (prediction, target), lambda g: (g * 2 * error / n, -g * 2 * error / n))


@mistake("losses.mse_loss", """Your mse_loss sends nothing back to the target. It is an operand like the prediction,
    and what it gets is the negative of what the prediction gets.""")
def no_gradient_for_the_target(prediction, target):
    error = prediction.data - target.data
    return record(np.mean(error**2), (prediction, target),
                  lambda g: (g * 2 * error / error.size, np.zeros_like(error)))


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


@mistake("losses.cross_entropy", """Your cross_entropy takes the logarithm of a softmax. A stable softmax still rounds
    a very small probability to 0, and log 0 is infinite, where the loss is a number like 2000. Write the logarithm of
    the softmax as a difference, so that exp and log never meet a value out of range.""")
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
