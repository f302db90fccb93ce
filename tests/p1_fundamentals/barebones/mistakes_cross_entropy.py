"""What learners get wrong in `cross_entropy`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── logsumexp ───────────────────────────────────────────────────────────────────────────────────────────────────


def sums_in_one_line(x, dim, *, keepdim=False):
    return torch.log(torch.sum(torch.exp(x), dim=dim, keepdim=keepdim))


@mistake("cross_entropy.logsumexp", """Your logsumexp exponentiates the entries as they come. e¹⁰⁰⁰ is infinite in
    floating point, and e⁻¹⁰⁰⁰ is 0, whose logarithm is -∞. Take the largest entry of each slice off first, and add it
    again after the logarithm.""", forms=[sums_in_one_line])
def exponentiates_at_once(x, dim, *, keepdim=False):
    return x.exp().sum(dim=dim, keepdim=keepdim).log()


def shifts_by_the_largest_of_all(x, dim, *, keepdim=False):
    largest = torch.max(x)
    largest = largest if torch.isfinite(largest) else torch.zeros_like(largest)
    return largest + torch.log(torch.exp(x - largest).sum(dim, keepdim=keepdim))


@mistake("cross_entropy.logsumexp", """Your logsumexp takes one number off the whole tensor, its largest entry. In a
    slice that lies far below it all exponentials become 0, and log 0 is -∞: each slice needs its own maximum.""",
         forms=[shifts_by_the_largest_of_all,
                # Only logsumexp itself fails: in this form the losses, which ask for keepdim, get their rows' maxima,
                # as they do where a learner takes these off the logits, or goes row by row.
                {"replace": "m = x.amax(dim=dim, keepdim=True)",
                 "by": "m = x.amax(dim=dim, keepdim=True) if keepdim else x.amax().reshape([1] * x.ndim)"}])
def takes_one_maximum(x, dim, *, keepdim=False):
    m = x.max()
    if m.isinf():
        m = x.new_zeros(())
    return m + (x - m).exp().sum(dim=dim, keepdim=keepdim).log()


def shifts_by_any_maximum(x, dim, *, keepdim=False):
    m = x.max(dim=dim, keepdim=True).values
    result = (x - m).exp().sum(dim=dim, keepdim=True).log() + m
    return result if keepdim else result.squeeze(dim)


mistake("cross_entropy.logsumexp", """Your logsumexp gives NaN where all entries of a slice are -∞: -∞ off -∞ is no number.
    An infinite maximum, of either sign, must not be taken off. With 0 in its place, the exponentials, their sum and its
    logarithm are right by themselves.""", name="takes_an_infinite_maximum_off",
        replace="m = torch.where(m.isfinite(), m, 0)", by="pass",
        forms=[shifts_by_any_maximum, {"replace": "m.isfinite()", "by": "m < torch.inf"},
               {"replace": "m.isfinite()", "by": "m != torch.inf"}])

mistake("cross_entropy.logsumexp", """Your logsumexp gives NaN where an entry is +∞: it takes ∞ off ∞. The sum is then
    infinite, and so is its logarithm.""", name="takes_plus_infinity_off",
        replace="m.isfinite()", by="m > -torch.inf", forms=[{"replace": "m.isfinite()", "by": "m != -torch.inf"}])

mistake("cross_entropy.logsumexp", """Your logsumexp does not add the maximum again that it takes off, so its result is
    too small by it: log Σ exp(x) is m + log Σ exp(x - m).""", name="does_not_add_the_maximum_again",
        replace="result = m + (x - m)", by="result = (x - m)")

mistake("cross_entropy.logsumexp", """Your logsumexp adds a small number inside the logarithm, and where all entries are
    -∞ a finite number comes back. Nothing has to be kept from 0 here: with the maximum taken off, the sum is at least
    1, and log 0 = -∞ is right where every entry is -∞.""", name="adds_epsilon_in_the_log",
        replace="keepdim=True).log()", by="keepdim=True).add(1e-12).log()",
        forms=[{"replace": "keepdim=True).log()", "by": f"keepdim=True).{kept}.log()"}
               for kept in ("add(1e-8)", "clamp(min=1e-12)", "clamp(min=1e-38)")])

mistake("cross_entropy.logsumexp", """Your logsumexp keeps the axis that it sums over also where keepdim is False.
    `squeeze(dim)` takes that axis out.""", name="always_keeps_the_axis", replace="result if keepdim else result.squeeze(dim)",
        by="result")

mistake("cross_entropy.logsumexp", """Your logsumexp takes its axis out also where keepdim is True. With keepdim the axis
    stays, with length 1, so that the result can be subtracted from `x`.""", name="never_keeps_the_axis",
        replace="result if keepdim else result.squeeze(dim)", by="result.squeeze(dim)")

mistake("cross_entropy.logsumexp", """Your logsumexp takes out every axis of length 1. `squeeze()` without an argument
    does that; only the axis `dim` is to go.""", name="squeezes_every_axis", replace="result.squeeze(dim)",
        by="result.squeeze()")

mistake("cross_entropy.logsumexp", """Your logsumexp always sums along the last axis, whatever `dim` says.""",
        name="always_sums_the_last_axis", replace="m = x.amax(dim=dim, keepdim=True)",
        by="x, dim = x.movedim(dim, -1), -1\n    m = x.amax(dim=dim, keepdim=True)",
        forms=[{"replace": "m = x.amax(dim=dim, keepdim=True)", "by": "dim = -1\n    m = x.amax(dim=dim, keepdim=True)"}])


def shifts_in_place(x, dim, *, keepdim=False):
    m = x.amax(dim=dim, keepdim=True)
    m[m.isinf()] = 0
    x -= m
    return x.exp().sum(dim=dim, keepdim=keepdim).log() + (m if keepdim else m.squeeze(dim))


mistake("cross_entropy.logsumexp", """Your logsumexp changes the tensor that it is given: `-=`, `sub_` and `exp_` compute
    in place. The caller's logits are other numbers afterwards; compute in a new tensor.""",
        name="changes_the_entries", replace="(x - m).exp()", by="x.sub_(m).exp()",
        forms=[shifts_in_place, {"replace": "(x - m).exp()", "by": "x.sub_(m).exp_()"}])

# ── counted ─────────────────────────────────────────────────────────────────────────────────────────────────────


def is_one_line(labels, *, classes, ignore_index):
    return labels.long() != ignore_index


mistake("cross_entropy.counted", """Your counted lets labels through that are larger than any class. Such a label is a
    mistake in the data: raise ValueError, as for a negative one, and say so where it is found.""",
        name="lets_large_labels_through",
        replace="not ((labels[kept] >= 0) & (labels[kept] < classes)).all()", by="False",
        forms=[is_one_line, {"replace": "(labels[kept] >= 0) & (labels[kept] < classes)", "by": "labels[kept] >= 0"}])

mistake("cross_entropy.counted", """Your counted lets negative labels through that are not ignore_index. An index of -1
    means the last class to torch, and nothing is said: raise ValueError.""", name="lets_negative_labels_through",
        replace="(labels[kept] >= 0) & (labels[kept] < classes)", by="labels[kept] < classes")

mistake("cross_entropy.counted", """Your counted lets the number of classes through as a label, 3 where there are three. They
    are counted from 0, so the last is classes - 1: raise ValueError from `classes` on.""",
        name="takes_the_number_of_classes_for_a_class", replace="labels[kept] < classes", by="labels[kept] <= classes")


def looks_at_all_labels(labels, *, classes, ignore_index):
    labels = labels.to(torch.int64)
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError("no such class")
    return labels != ignore_index


mistake("cross_entropy.counted", """Your counted raises ValueError for `ignore_index` itself where that is no class, as
    -100 is none. Leave those labels out first, and look at the others only.""", name="refuses_ignored_labels",
        replace="((labels[kept] >= 0) & (labels[kept] < classes)).all()",
        by="((labels >= 0) & (labels < classes)).all()", forms=[looks_at_all_labels])

mistake("cross_entropy.counted", """Your counted ignores -100, whatever `ignore_index` is. -100 is only the default; a
    text may have 0 for its padding, and an image 255.""", name="ignores_minus_100_only",
        replace="labels != ignore_index", by="labels != -100")


def takes_what_is_no_class_for_ignored(labels, *, classes, ignore_index):
    return (labels >= 0) & (labels < classes) & (labels != ignore_index)


def takes_negative_labels_for_ignored(labels, *, classes, ignore_index):
    labels = labels.long()
    if (labels >= classes).any():
        raise ValueError("no such class")
    return labels >= 0


mistake("cross_entropy.counted", """Your counted leaves out labels that are neither a class nor `ignore_index`, and says
    nothing. Only `ignore_index` is ignored; any other label that is no class is a mistake in the data, and raises
    ValueError.""", name="ignores_what_is_no_class",
        replace="""if not ((labels[kept] >= 0) & (labels[kept] < classes)).all():
        raise ValueError(f"labels must lie in [0, {classes}), or be {ignore_index}")
    return kept""", by="return kept & (labels >= 0) & (labels < classes)", forms=[takes_what_is_no_class_for_ignored])

mistake("cross_entropy.counted", """Your counted ignores every negative label, and no other. It is `ignore_index` alone
    that is ignored: it may be one of the classes, and another negative label raises ValueError.""",
        name="ignores_negative_labels", replace="labels != ignore_index", by="labels >= 0",
        forms=[takes_negative_labels_for_ignored])

mistake("cross_entropy.counted", """Your counted compares the labels in their own dtype. torch brings the other side into
    that dtype too, and where it does not fit it becomes another number: beside uint8, -100 is 156, and 300 is 44. Turn
    the labels into int64 first, with `long()`.""", name="compares_in_the_dtype_of_the_labels",
        replace="labels = labels.long()", by="pass",
        forms=[{"replace": "labels = labels.long()                                         # in uint8, -100 would be 156\n"
                           "    kept = labels != ignore_index",
                "by": "kept = labels != ignore_index\n    labels = labels.long()"},
               {"replace": "labels = labels.long()                                         # in uint8, -100 would be 156\n"
                           "    kept = labels != ignore_index", "by": "kept = labels.long() != ignore_index"}])

mistake("cross_entropy.counted", """Your counted says where a label is ignored. It is to say the opposite: True where a
    label counts.""", name="tells_the_opposite", replace="return kept", by="return ~kept")

# ── cross_entropy ───────────────────────────────────────────────────────────────────────────────────────────────


def divides_by_the_length(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    log_p = z - logsumexp(z, dim=1, keepdim=True)
    losses = -log_p[torch.arange(len(y)), y]
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)
    return losses.sum() / len(labels) if len(labels) else losses.sum()


mistake("cross_entropy.cross_entropy", """Your cross_entropy divides by the size of the batch. The mean goes over the
    examples that count: with padding in half of the rows the loss would be half of what it is.""",
        name="divides_by_the_batch", replace="max(len(y), 1)", by="max(len(labels), 1)", forms=[divides_by_the_length])

mistake("cross_entropy.cross_entropy", """Your cross_entropy is NaN where no example counts: 0 divided by 0, as the mean of
    an empty tensor is. The contract gives 0 there, so that a batch of padding does no harm.""",
        name="nan_where_nothing_counts", replace="losses.sum() / max(len(y), 1)", by="losses.mean()",
        forms=[{"replace": "max(len(y), 1)", "by": "len(y)"}, {"replace": "max(len(y), 1)", "by": "kept.sum()"}])

mistake("cross_entropy.cross_entropy", """Your cross_entropy is the sum over the examples. It is to be the mean, so that
    the size of a step does not depend on the size of the batch.""", name="sums_over_the_batch",
        replace="losses.sum() / max(len(y), 1)", by="losses.sum()")


def multiplies_by_a_mask(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    labels = torch.where(kept, labels.long(), 0)
    log_p = logits - logsumexp(logits, dim=1, keepdim=True)
    losses = -log_p[torch.arange(len(labels)), labels]
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)
    return (losses * kept).sum() / max(int(kept.sum()), 1)


mistake("cross_entropy.cross_entropy", """Your cross_entropy computes the ignored rows too, and multiplies their losses
    by 0. Where such a row holds NaN or ∞ that is NaN again, and so is the sum: leave the rows out, or put 0 in their
    place with torch.where.""", name="multiplies_ignored_rows_by_zero",
        replace="return losses.sum() / max(len(y), 1)", by="""log_p = logits - logsumexp(logits, dim=1, keepdim=True)
    losses = -log_p.gather(1, torch.where(kept, labels.long(), 0)[:, None])[:, 0]
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)
    return (losses * kept.to(losses.dtype)).sum() / max(len(y), 1)""", forms=[multiplies_by_a_mask])


def takes_all_rows(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    labels = labels.long()
    labels[~kept] = 0
    log_p = logits - logsumexp(logits, dim=1, keepdim=True)
    losses = -log_p[torch.arange(len(labels)), labels]
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)
    return losses[kept].sum() / max(int(kept.sum()), 1)


mistake("cross_entropy.cross_entropy", """Your cross_entropy writes another class over the ignored labels in the tensor
    that it was given. `labels.long()` is the very same tensor where the labels are int64 already: make a copy, or leave
    the rows out.""", name="writes_into_the_labels", replace="z, y = logits[kept], labels[kept].long()",
        by="z, y = logits[kept], labels[kept].long()\n    labels[~kept] = 0", forms=[takes_all_rows])


def takes_the_log_of_a_softmax(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    e = torch.exp(z - z.amax(dim=1, keepdim=True))
    p = e / e.sum(dim=1, keepdim=True)
    losses = -torch.log(p[torch.arange(len(y)), y])
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * p.log().mean(dim=1)
    return losses.sum() / max(len(y), 1)


mistake("cross_entropy.cross_entropy", """Your cross_entropy takes the logarithm of a softmax. Where the label's
    probability is too small for a float it is 0, and the loss infinite instead of 2000. Stay with the logarithms:
    log p = z - logsumexp(z).""", name="log_of_a_softmax",
        replace="log_p = z - logsumexp(z, dim=1, keepdim=True)",
        by="log_p = (z - logsumexp(z, dim=1, keepdim=True)).exp().log()", forms=[takes_the_log_of_a_softmax])

mistake("cross_entropy.cross_entropy", """Your cross_entropy keeps the probability away from 0 by a small number before it
    takes the logarithm. No loss can then be larger than minus the logarithm of that number, where 2000 is right. Stay
    with the logarithms, log p = z - logsumexp(z), and nothing has to be kept from 0.""", name="keeps_p_from_zero",
        replace="log_p = z - logsumexp(z, dim=1, keepdim=True)",
        by="log_p = (z - logsumexp(z, dim=1, keepdim=True)).exp().add(1e-12).log()",
        forms=[{"replace": "log_p = z - logsumexp(z, dim=1, keepdim=True)",
                "by": f"log_p = (z - logsumexp(z, dim=1, keepdim=True)).exp().{kept}.log()"}
               for kept in ("add(1e-8)", "clamp(min=1e-12)", "clamp(min=1e-8)")])

mistake("cross_entropy.cross_entropy", """Your cross_entropy has the wrong sign: the loss is minus the logarithm of a
    probability, so it is never negative.""", name="forgets_the_minus",
        replace="-log_p[torch.arange(len(y)), y]", by="log_p[torch.arange(len(y)), y]",
        forms=[{"replace": "return losses.sum()", "by": "return -losses.sum()"}])

mistake("cross_entropy.cross_entropy", """Your cross_entropy picks every label's column in every row. With
    `log_p[:, y]` torch takes whole columns; one entry in each row needs the row numbers beside the labels.""",
        name="picks_columns_for_every_row", replace="-log_p[torch.arange(len(y)), y]", by="-log_p[:, y].mean(dim=1)")

UINT8 = """Your {} indexes with the labels as they come. torch takes an index in uint8 for a mask, as it does with bool,
    and not for numbers: turn the labels into int64 first, with `long()`."""


def indexes_with_the_given_dtype(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    log_p = logits - logsumexp(logits, dim=1, keepdim=True)
    log_p, y = log_p[kept], labels[kept]
    losses = -log_p[range(len(y)), y]
    if smoothing:
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)
    return losses.sum() / max(len(y), 1)


mistake("cross_entropy.cross_entropy", UINT8.format("cross_entropy"), name="indexes_with_uint8",
        replace="labels[kept].long()", by="labels[kept]", forms=[indexes_with_the_given_dtype])

mistake("cross_entropy.cross_entropy_backward", UINT8.format("cross_entropy_backward"), name="backward_indexes_with_uint8",
        replace="labels[kept].long()", by="labels[kept]")

mistake("cross_entropy.cross_entropy", """Your cross_entropy hands the smoothed share to the other K - 1 classes. In this
    definition, Szegedy's and PyTorch's, it is given to all K alike, the label's own class among them.""",
        name="smooths_over_the_other_classes",
        replace="losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)",
        by="others = -log_p.sum(dim=1) - losses\n"
           "        losses = (1 - smoothing) * losses + smoothing * others / max(z.shape[1] - 1, 1)",
        forms=[{"replace": "losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)",
                "by": "q = torch.full_like(z, smoothing / max(z.shape[1] - 1, 1))\n"
                      "        q[torch.arange(len(y)), y] = 1 - smoothing\n"
                      "        losses = -(q * log_p).sum(dim=1)"}])

mistake("cross_entropy.cross_entropy", """Your cross_entropy sums -log p over the classes in its smoothed part. Each class
    is given ε/K, so that all shares add up to ε: that is ε times the mean over the classes.""",
        name="sums_the_smoothed_part", replace="log_p.mean(dim=1)", by="log_p.sum(dim=1)")

mistake("cross_entropy.cross_entropy", """Your cross_entropy adds the smoothed part and takes nothing from the label. What
    the classes are given is taken from the label: its weight is 1 - ε, and all weights add up to 1.""",
        name="takes_nothing_from_the_label", replace="(1 - smoothing) * losses", by="losses")

mistake("cross_entropy.cross_entropy", """Your cross_entropy has the two weights of label smoothing the wrong way round:
    the label has 1 - ε, and ε is shared out over all classes.""", name="turns_the_weights_round",
        replace="(1 - smoothing) * losses - smoothing * log_p.mean(dim=1)",
        by="smoothing * losses - (1 - smoothing) * log_p.mean(dim=1)")

mistake("cross_entropy.cross_entropy", """Your cross_entropy does not smooth: `smoothing` changes nothing.""",
        name="does_not_smooth", replace="if smoothing:", by="if False:")


def multiplies_by_the_target(logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    log_p = z - logsumexp(z, dim=1, keepdim=True)
    q = torch.full_like(z, smoothing / z.shape[1])
    q[torch.arange(len(y)), y] += 1 - smoothing
    return -(q * log_p).sum() / max(len(y), 1)


mistake("cross_entropy.cross_entropy", """Your cross_entropy is NaN where a class is ruled out, without smoothing: log p is
    -∞ there, and 0 times -∞ is NaN. Pick the label's log p instead of multiplying by zeros, and leave the smoothed part
    out where `smoothing` is 0.""", name="multiplies_zero_by_infinity",
        replace="if smoothing:", by="if True:", forms=[multiplies_by_the_target])

mistake("cross_entropy.cross_entropy", """Your cross_entropy does not hand its `ignore_index` on: it ignores -100,
    whatever it was called with.""", name="does_not_hand_ignore_index_on",
        replace="ignore_index=ignore_index)", by="ignore_index=-100)")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward does not hand its `ignore_index` on: it
    ignores -100, whatever it was called with.""", name="backward_does_not_hand_ignore_index_on",
        replace="ignore_index=ignore_index)", by="ignore_index=-100)")

# ── cross_entropy_backward ──────────────────────────────────────────────────────────────────────────────────────

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward is the gradient of the loss alone, whatever
    gradient flows in. Multiply by `grad`: more may be computed from the loss, and then it is not 1.""",
        name="ignores_the_upstream_gradient", replace="grad * (p - q)", by="(p - q)")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward is the gradient of the sum. The loss is a
    mean, so each row's share of it is one n-th.""", name="gradient_of_the_sum",
        replace="grad * (p - q) / len(y)", by="grad * (p - q)")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward divides by the size of the batch. The loss
    is a mean over the examples that count, and so is its gradient.""", name="divides_the_gradient_by_the_batch",
        replace="/ len(y)", by="/ len(labels)", forms=[{"replace": "/ len(y)", "by": "/ logits.shape[0]"}])

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward has the wrong sign: the gradient is p - q,
    so that a step against it raises the logit of the label.""", name="turns_the_sign",
        replace="(p - q)", by="(q - p)")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward does not smooth: the target q has 1 - ε more
    at the label and ε/K at every class, for the gradient as for the loss.""", name="gradient_does_not_smooth",
        replace="""q = torch.full_like(p, smoothing / logits.shape[1])            # (counted, classes)
    q[torch.arange(len(y)), y] += 1 - smoothing""", by="""q = torch.zeros_like(p)
    q[torch.arange(len(y)), y] = 1""")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward gives the label itself no part of ε. The
    share ε/K goes to all classes, the label's own among them, so that the label has 1 - ε + ε/K: write `+=`, or add
    it.""", name="label_without_its_share", replace="+= 1 - smoothing", by="= 1 - smoothing")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward hands the smoothed share to the other K - 1
    classes. In this definition, Szegedy's and PyTorch's, it is given to all K alike, the label's own class among
    them.""", name="gradient_smooths_over_the_other_classes",
        replace="""smoothing / logits.shape[1])            # (counted, classes)
    q[torch.arange(len(y)), y] += 1 - smoothing""", by="""smoothing / max(logits.shape[1] - 1, 1))
    q[torch.arange(len(y)), y] = 1 - smoothing""")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward adds the smoothed part and takes nothing from
    the label, so its target adds up to 1 + ε. What the classes are given is taken from the label, whose weight is
    1 - ε.""", name="target_above_one", replace="+= 1 - smoothing", by="+= 1")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward takes the target off in the whole column of a
    label. With `[:, y]` torch takes columns in every row; one entry in each row needs the row numbers beside the
    labels.""", name="subtracts_in_every_row", replace="q[torch.arange(len(y)), y]", by="q[:, y]")

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward has log p where p belongs. Raise e to the
    power of log p first: the gradient is p - q.""", name="forgets_to_exponentiate",
        replace="(z - logsumexp(z, dim=1, keepdim=True)).exp()", by="(z - logsumexp(z, dim=1, keepdim=True))")


def exponentiates_the_logits(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    q = torch.full_like(z, smoothing / logits.shape[1])
    q[torch.arange(len(y)), y] += 1 - smoothing
    gradient = torch.zeros_like(logits)
    gradient[kept] = grad * (torch.exp(z) / torch.exp(z).sum(dim=1, keepdim=True) - q) / len(y)
    return gradient


mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward exponentiates the logits as they come: e¹⁰⁰⁰
    is infinite in floating point, and ∞/∞ is NaN. Take logsumexp(z) off first; no exponential is then above 1.""",
        name="gradient_exponentiates_at_once",
        replace="p = (z - logsumexp(z, dim=1, keepdim=True)).exp()",
        by="p = z.exp() / z.exp().sum(dim=1, keepdim=True)", forms=[exponentiates_the_logits])


def masks_the_gradient(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    y = torch.where(kept, labels.long(), 0)
    p = (logits - logsumexp(logits, dim=1, keepdim=True)).exp()
    q = torch.full_like(p, smoothing / logits.shape[1])
    q[torch.arange(len(y)), y] += 1 - smoothing
    return grad * (p - q) * kept[:, None] / max(int(kept.sum()), 1)


mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward computes the ignored rows too, and multiplies
    them by 0. Where such a row holds NaN or ∞ that is NaN again: begin with zeros and fill in the rows that count, or
    put 0 in the place of the others with torch.where.""", name="multiplies_ignored_gradients_by_zero",
        replace="gradient[kept] = grad * (p - q) / len(y)\n    return gradient",
        by="""gradient[kept] = grad * (p - q) / len(y)
    return gradient + 0 * logits""", forms=[masks_the_gradient])


def fills_in_every_row(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    gradient = (logits - logsumexp(logits, dim=1, keepdim=True)).exp() - smoothing / logits.shape[1]
    rows = torch.arange(len(labels))[kept]
    gradient[rows, labels[kept].long()] -= 1 - smoothing
    return grad * gradient / max(len(rows), 1)


mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward leaves something in the rows that do not
    count. They are in no sum, so nothing flows back to them: their gradient is 0.""", name="gradient_in_ignored_rows",
        replace="gradient = torch.zeros_like(logits)",
        by="gradient = grad * (logits - logsumexp(logits, dim=1, keepdim=True)).exp() / max(len(y), 1)",
        forms=[fills_in_every_row])

mistake("cross_entropy.cross_entropy_backward", """Your cross_entropy_backward returns the rows that count, and no others.
    The gradient has the shape of the logits, with zeros in the rows that were ignored.""",
        name="returns_the_rows_that_count", replace="return gradient", by="return gradient[kept]")

mistake("cross_entropy.cross_entropy_backward", """Your target is float32, as torch.eye and torch.zeros make it unless told
    otherwise, and for float64 logits digits of ε are lost. Give it the dtype of the logits.""",
        name="target_in_float32",
        replace="q = torch.full_like(p, smoothing / logits.shape[1])            # (counted, classes)",
        by="q = torch.zeros(p.shape) + smoothing / logits.shape[1]",
        forms=[{"replace": """q = torch.full_like(p, smoothing / logits.shape[1])            # (counted, classes)
    q[torch.arange(len(y)), y] += 1 - smoothing""",
                "by": "q = torch.eye(logits.shape[1])[y] * (1 - smoothing) + smoothing / logits.shape[1]"}])

mistake("cross_entropy.cross_entropy_backward", """Your target is float64, and a float32 gradient is pulled up to float64
    with it, or torch refuses to write one into the other. Give it the dtype of the logits.""", name="target_in_float64",
        replace="gradient[kept] = grad * (p - q) / len(y)", by="""gradient = gradient.double()
    gradient[kept] = (grad * (p - q) / len(y)).double()""",
        forms=[{"replace": "q = torch.full_like(p, smoothing / logits.shape[1])",
                "by": "q = torch.full(p.shape, smoothing / logits.shape[1], dtype=torch.float64)"}])
