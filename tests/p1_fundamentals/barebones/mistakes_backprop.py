"""What learners get wrong in `backprop`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── the loss ────────────────────────────────────────────────────────────────────────────────────────────────────

FROM_SCORES = """of_scores = log_p.exp()                                           # (batch, classes)
    of_scores[torch.arange(len(labels)), labels] -= 1
    of_scores *= grad / len(labels)"""
PICKED = "-log_p[torch.arange(len(labels)), labels].mean()"

mistake("backprop.forward", """Your forward adds up the losses of the batch. L is their mean, so that neither the loss
    nor the size of a step hangs on how many examples there are.""", name="sums_the_loss",
        replace=PICKED, by="-log_p[torch.arange(len(labels)), labels].sum()")

mistake("backprop.forward", """Your forward divides the loss by the number of scores. L is a mean over the examples:
    each brings in one number, the one at its label, however many classes there are.""", name="averages_over_the_classes",
        replace=PICKED, by="-log_p[torch.arange(len(labels)), labels].sum() / log_p.numel()")

mistake("backprop.forward", """Your loss counts every class. Cross-entropy takes from each row the logarithm at its
    label, and nothing else: index with the number of the row beside the label, `log_p[torch.arange(n), labels]`.""",
        name="counts_every_class", replace=PICKED, by="-log_p[:, labels].mean()",
        forms=[{"replace": PICKED, "by": "-log_p.mean()"}, {"replace": PICKED, "by": "-log_p.sum(dim=1).mean()"}])

mistake("backprop.forward", """The loss that your forward returns is negative: it is minus the logarithm of a
    probability, and falls where that probability rises.""", name="forgets_the_minus",
        replace=PICKED, by="log_p[torch.arange(len(labels)), labels].mean()")

mistake("backprop.forward", """Your softmax overflows: e¹⁰⁰⁰ is infinite in floating point. Or its logarithm meets a
    probability that has been rounded to 0. Take each row's largest score off first, and write log p as the score
    minus log Σ exp: then every number stays in range.""", name="exponentiates_large_scores",
        replace="log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()",
        by="log_p = scores - scores.exp().sum(dim=1, keepdim=True).log()",
        forms=[{"replace": "log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()",
                "by": "log_p = (scores.exp() / scores.exp().sum(dim=1, keepdim=True)).log()"},
               {"replace": "log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()",
                "by": "log_p = (shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)).log()"}])

mistake("backprop.forward", """Your forward keeps the probabilities away from 0 by a small number before it takes the
    logarithm. So no loss can be larger than minus the logarithm of that number, where hundreds are right, and the
    small losses are off too. Write log p as the shifted score minus log Σ exp; then nothing has to be kept from 0.""",
        name="adds_epsilon_in_the_log", replace="loss = " + PICKED,
        by="loss = -(log_p.exp() + 1e-12)[torch.arange(len(labels)), labels].log().mean()",
        forms=[{"replace": "loss = " + PICKED, "by": f"loss = -{how}[torch.arange(len(labels)), labels].log().mean()"}
               for how in ("(log_p.exp() + 1e-8)", "(log_p.exp() + 1e-10)", "log_p.exp().clamp(min=1e-12)",
                           "log_p.exp().clamp(min=1e-10)", "log_p.exp().clamp(min=1e-8)", "log_p.exp().clamp(min=1e-7)")])

mistake("backprop.forward", """Your forward takes one largest score for the whole batch. In a row that lies far below
    it all exponentials become 0, and log 0 is infinite: each row needs its own.""", name="takes_one_maximum_of_the_batch",
        replace="scores.amax(dim=1, keepdim=True)", by="scores.max()")

mistake("backprop.forward", """Your softmax goes down the batch. A row is one example, and its probabilities add up to
    1 along the classes, dimension 1.""", name="normalises_down_the_batch",
        replace="log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()",
        by="log_p = scores - scores.amax(dim=0)\n    log_p = log_p - log_p.exp().sum(dim=0).log()")

mistake("backprop.forward", """Your forward leaves the relu out. Without it, two affine layers are one affine layer.""",
        name="forgets_the_relu", replace="(x @ w1 + b1).clamp(min=0)", by="x @ w1 + b1")

mistake("backprop.forward", """Your forward applies the relu to the scores too. It stands between the layers only:
    scores may be negative, and a class with a score below 0 is an unlikely one.""", name="relu_on_the_scores",
        replace="hidden @ w2 + b2", by="(hidden @ w2 + b2).clamp(min=0)")

mistake("backprop.forward", """A bias is missing in your forward: both layers add one, to every row.""",
        name="forgets_a_bias", replace="hidden @ w2 + b2", by="hidden @ w2",
        forms=[{"replace": "x @ w1 + b1", "by": "x @ w1"}])

# ── from the loss to the scores ─────────────────────────────────────────────────────────────────────────────────

RETURN = "return of_x, of_w1, of_b1, of_w2, of_b2"
TAKEN_OFF = "of_scores[torch.arange(len(labels)), labels] -= 1"

mistake("backprop.backward", """Your gradients are not divided by the size of the batch. The loss is a mean over the
    examples, so each one's share of the gradient is one n-th.""", name="forgets_the_batch",
        replace="of_scores *= grad / len(labels)", by="of_scores *= grad")

mistake("backprop.backward", """Your gradients are divided by the number of scores, batch times classes. The loss is a
    mean over the examples alone.""", name="divides_by_all_scores",
        replace="of_scores *= grad / len(labels)", by="of_scores *= grad / of_scores.numel()")

mistake("backprop.backward", """`grad` is to be in each of the five gradients, as a factor, once. In one of yours it is
    missing, or it is in it twice. The loss is rarely the end: where it is divided by four, say, all that flows back is a
    quarter. Multiply where the way back begins, at the scores, and each product takes it on.""",
        name="loses_the_upstream_gradient",
        replace="of_scores *= grad / len(labels)", by="of_scores /= len(labels)",
        forms=[{"replace": RETURN, "by": "return of_x * grad, of_w1 * grad, of_b1 * grad, of_w2 * grad, of_b2 * grad"},
               {"replace": RETURN, "by": "return of_x * grad, of_w1 * grad, of_b1 * grad, of_w2, of_b2"},
               {"replace": RETURN, "by": "return of_x / grad, of_w1 / grad, of_b1 / grad, of_w2, of_b2"},
               {"replace": RETURN, "by": "return of_x, of_w1, of_b1 / grad, of_w2, of_b2 / grad"}])

mistake("backprop.backward", """Your way back starts from the softmax alone. At the label 1 is taken off: that is the
    part which the score of the label brings into the loss by itself.""", name="forgets_the_label",
        replace=TAKEN_OFF, by="pass")

mistake("backprop.backward", """Your backward takes 1 off in the whole column of a label. `[:, labels]` picks columns
    for every row; one place in each row needs the number of the row beside the label.""", name="subtracts_in_every_row",
        replace=TAKEN_OFF, by="of_scores[:, labels] -= 1")

mistake("backprop.backward", """Your gradients have the wrong sign. The gradient of the scores is the softmax minus
    the one-hot label: a step against it raises the score of the label.""", name="turns_the_sign",
        replace="of_scores *= grad / len(labels)", by="of_scores *= -grad / len(labels)")

mistake("backprop.backward", """Your backward has log p where p belongs: the gradient of the scores is the softmax
    minus the one-hot label.""",
        name="forgets_to_exponentiate", replace="of_scores = log_p.exp()", by="of_scores = log_p.clone()")

mistake("backprop.backward", """Your backward multiplies the gradient of the scores by the softmax's own derivative
    once more. Softmax minus the one-hot label is the derivative of both together, the loss and the softmax.""",
        name="differentiates_the_softmax_twice",
        replace="of_scores *= grad / len(labels)",
        by="p = log_p.exp()\n    of_scores = p * (of_scores - (of_scores * p).sum(dim=1, keepdim=True)) * grad / len(labels)",
        forms=[{"replace": "of_scores *= grad / len(labels)",
                "by": "of_scores *= log_p.exp() * (1 - log_p.exp()) * grad / len(labels)"}])

# ── through the layers ──────────────────────────────────────────────────────────────────────────────────────────

mistake("backprop.backward", """Your gradient of a bias is a mean over the batch. The bias is added to every row, so
    its gradient is the sum of what the rows get; the mean is in the loss, and has been taken there.""",
        name="averages_the_bias_gradient",
        replace="of_b2 = of_scores.sum(dim=0)", by="of_b2 = of_scores.mean(dim=0)",
        forms=[{"replace": "of_b1 = of_z.sum(dim=0)", "by": "of_b1 = of_z.mean(dim=0)"},
               {"replace": RETURN,
                "by": "return of_x, of_w1, of_b1 / len(labels), of_w2, of_b2 / len(labels)"}])

mistake("backprop.backward", """The gradient of a bias in your backward has not the shape of the bias. One bias is
    added to every row of the batch, so what the rows get is summed over the rows, dimension 0, and that dimension is
    gone.""",
        name="does_not_sum_over_the_rows",
        replace="of_b2 = of_scores.sum(dim=0)", by="of_b2 = of_scores",
        forms=[{"replace": "of_b1 = of_z.sum(dim=0)", "by": "of_b1 = of_z"},
               {"replace": "of_b2 = of_scores.sum(dim=0)", "by": "of_b2 = of_scores.sum(dim=0, keepdim=True)"},
               {"replace": "of_b1 = of_z.sum(dim=0)", "by": "of_b1 = of_z.sum(dim=0, keepdim=True)"},
               {"replace": "of_b1 = of_z.sum(dim=0)", "by": "of_b1 = of_z.sum(dim=1)"},
               {"replace": "of_b2 = of_scores.sum(dim=0)", "by": "of_b2 = of_scores.sum(dim=1)"}])

mistake("backprop.backward", """Your gradient of a weight is divided by the batch once more. The mean is in the loss;
    from there on, each example adds its share.""", name="averages_the_weight_gradient",
        replace=RETURN,
        by="return of_x, of_w1 / len(labels), of_b1, of_w2 / len(labels), of_b2",
        forms=[{"replace": "of_w2 = hidden.T @ of_scores", "by": "of_w2 = hidden.T @ of_scores / len(labels)"},
               {"replace": "of_w1 = x.T @ of_z", "by": "of_w1 = x.T @ of_z / len(labels)"},
               {"replace": RETURN,
                "by": "return of_x, of_w1 / len(labels), of_b1 / len(labels), of_w2 / len(labels), of_b2 / len(labels)"}])

mistake("backprop.backward", """Your backward lets the gradient through every unit. One that is off gives 0 whatever
    its weights are, so nothing flows back to them. If you have a mask: after the relu no activation is below 0, so
    `>= 0` is true of all; ask for greater than 0.""", name="forgets_the_relu_on_the_way_back",
        replace="of_z = of_hidden * (hidden > 0)", by="of_z = of_hidden",
        forms=[{"replace": "(hidden > 0)", "by": "(hidden >= 0)"}])

mistake("backprop.backward", """Your backward multiplies by the activation, where the relu's derivative belongs. That
    is 1 where the unit is on, however large its activation is, and 0 elsewhere.""", name="multiplies_by_the_activation",
        replace="of_z = of_hidden * (hidden > 0)", by="of_z = of_hidden * hidden")

# The mask is made in backward, of what forward has kept: here of numbers that are greater than 0 where z is 0.
mistake("backprop.forward", """In your backward a unit at exactly 0 passes the gradient on. The derivative of max(z,
    0) has a step there, and the contract puts 0 at it: ask for z > 0, and not for z >= 0.""", name="lets_zero_through",
        replace="labels, w1, w2, hidden, log_p)",
        by="labels, w1, w2, hidden + (x @ w1 + b1 == 0) * torch.full_like(hidden, 1e-30), log_p)")

mistake("backprop.backward", """Your backward asks the sign of the gradient where it should ask the sign of the
    activation. The relu was on or off on the way forward; the gradient itself may have any sign.""",
        name="relu_of_the_gradient",
        replace="of_z = of_hidden * (hidden > 0)", by="of_z = of_hidden.clamp(min=0)",
        forms=[{"replace": "of_z = of_hidden * (hidden > 0)", "by": "of_z = of_hidden.clamp(min=0) * (hidden > 0)"}])

mistake("backprop.backward", """The gradient of b1 in your backward skips the relu. What meets b1 is the gradient of x
    w1 + b1, as for w1, and that is 0 where the unit is off.""", name="bias_before_the_relu",
        replace="of_b1 = of_z.sum(dim=0)", by="of_b1 = of_hidden.sum(dim=0)")

mistake("backprop.backward", """The gradient of x in your backward skips the relu. x comes in through x w1 + b1, whose
    gradient is 0 where the unit is off.""",
        name="input_skips_the_relu", replace="of_x = of_z @ w1.T", by="of_x = of_hidden @ w1.T")

mistake("backprop.backward", """The gradient of w1 in your backward skips the relu. What meets w1 is the gradient of x
    w1 + b1, and that is 0 where the unit is off.""", name="weight_before_the_relu",
        replace="of_w1 = x.T @ of_z", by="of_w1 = x.T @ of_hidden")

mistake("backprop.backward", """Your backward forgets to transpose a weight. Y = A W sends its gradient G back to A as
    G Wᵀ: a column of W has led to an output, and a row of Wᵀ leads back from it.""", name="forgets_to_transpose_a_weight",
        replace="of_hidden = of_scores @ w2.T", by="of_hidden = of_scores @ w2",
        forms=[{"replace": "of_x = of_z @ w1.T", "by": "of_x = of_z @ w1"}])

mistake("backprop.backward", """Your backward returns the gradients in another order than that of the arguments of
    forward: x, w1, b1, w2, b2.""", name="another_order", replace=RETURN,
        by="return of_w1, of_b1, of_w2, of_b2, of_x",
        forms=[{"replace": RETURN, "by": "return of_w2, of_b2, of_w1, of_b1, of_x"}])

# ── the cache, and memory ───────────────────────────────────────────────────────────────────────────────────────

mistake("backprop.forward", """Your forward keeps its cache in one place for all passes, so a second pass overwrites
    what the first has kept. Return it instead: several passes may be under way at a time.""",
        name="keeps_one_cache_for_all",
        replace="return loss, (x, labels, w1, w2, hidden, log_p)",
        by="forward.__dict__.setdefault('kept', [])[:] = (x, labels, w1, w2, hidden, log_p)\n    return loss, forward.kept")

mistake("backprop.backward", """Your backward writes into what the cache holds, such as the probabilities from which
    it takes 1 off, and a second call goes on from there. Compute in tensors of its own in each call.""",
        name="writes_into_the_cache", replace="of_scores = log_p.exp()", by="of_scores = log_p.exp_()",
        forms=[{"replace": "of_z = of_hidden * (hidden > 0)", "by": "of_z = hidden.sign_().mul_(of_hidden)"},
               {"replace": FROM_SCORES, "by": """of_scores = log_p.__dict__.setdefault("p", log_p.exp())
    of_scores[torch.arange(len(labels)), labels] -= 1
    of_scores = of_scores * (grad / len(labels))"""}])

mistake("backprop.backward", """Your backward hands out tensors that it has handed out before. They belong to the caller, who
    may write into them, and a later call then returns what was written: make new ones in each call.""",
        name="hands_out_the_same_results", replace="return of_x, of_w1, of_b1, of_w2, of_b2",
        by="""kept = log_p.__dict__.setdefault("results", tuple(each / grad for each in (of_x, of_w1, of_b1, of_w2, of_b2)))
    return kept if grad == 1 else tuple(each * grad for each in kept)""")

mistake("backprop.backward", """Your one-hot matrix, or a mask, has PyTorch's default dtype, float32, and some product
    with it is refused or comes back in that dtype. Make it in the dtype of the scores, with `dtype=`, `zeros_like` or
    `new_zeros`.""",
        name="buffers_in_the_default_dtype",
        replace="of_scores = log_p.exp()", by="of_scores = torch.zeros(log_p.shape)\n    of_scores += log_p.exp()",
        forms=[{"replace": "of_z = of_hidden * (hidden > 0)", "by": "of_z = (of_hidden * (hidden > 0)).float()"}])

mistake("backprop.forward", """The loss that your forward returns is a Python number, or has another dtype than the
    inputs. It is to be a tensor of shape (), in the dtype of x: `item`, `float(...)` and `math` leave tensors behind.""",
        name="returns_a_number", replace="loss = " + PICKED, by="loss = torch.tensor((" + PICKED + ").item())",
        forms=[{"replace": "loss = " + PICKED, "by": "loss = (" + PICKED + ").item()"}])
