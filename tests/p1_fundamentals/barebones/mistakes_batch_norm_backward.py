"""What learners get wrong in `batch_norm_backward`, and what to tell them."""
from grader.judge.mistakes import mistake

NORMED = "normed = (x - mean.reshape(beside_x)) * inv_std.reshape(beside_x)"
OF_GAMMA = "of_gamma = (grad * normed).sum(dim=axes)"
OF_BETA = "of_beta = grad.sum(dim=axes)"
THROUGH = "through = grad - (of_beta.reshape(beside_x) + normed * of_gamma.reshape(beside_x)) / count"
OF_X = "of_x = (gamma * inv_std).reshape(beside_x) * through"
RETURN = "return of_x, of_gamma, of_beta"
OF_X_IN_TRAINING = f"{THROUGH}\n    {OF_X}"

# ── γ and β ─────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm_backward", """Your gradient of γ or of β is a mean. One γ and one β meet all values of their
    feature, so what flows back to them is added up; if the loss is a mean, `grad` has that in it already.""",
        name="averages_gamma_and_beta",
        replace=RETURN, by="of_gamma = (grad * normed).mean(dim=axes)\n    of_beta = grad.mean(dim=axes)\n    " + RETURN,
        forms=[{"replace": RETURN, "by": "return of_x, of_gamma / len(x), of_beta / len(x)"},
               {"replace": RETURN, "by": "return of_x, (grad * normed).mean(dim=axes), of_beta"},
               {"replace": RETURN, "by": "return of_x, of_gamma, grad.mean(dim=axes)"}])

mistake("batch_norm_backward", """Your gradient of γ multiplies by x. What γ is multiplied by on the way forward is
    the normalised value, (x - μ) s.""",
        name="gamma_meets_x", replace=RETURN, by="return of_x, (grad * x).sum(dim=axes), of_beta",
        forms=[{"replace": OF_GAMMA, "by": "of_gamma = (grad * x).sum(dim=axes)"}])

mistake("batch_norm_backward", """Your gradient of γ has x - μ where the normalised value belongs: multiply by s as
    well.""",
        name="gamma_without_the_deviation", replace=RETURN,
        by="return of_x, (grad * (x - mean.reshape(beside_x))).sum(dim=axes), of_beta")

mistake("batch_norm_backward", """Your gradient of γ, or of β, has a factor γ. It belongs to what flows on to x; γ and
    β themselves get the sums of grad x̂ and of grad.""", name="gamma_in_its_own_gradient",
        replace=RETURN, by="return of_x, of_gamma * gamma, of_beta",
        forms=[{"replace": RETURN, "by": "return of_x, of_gamma * gamma, of_beta * gamma"},
               {"replace": RETURN, "by": "return of_x, of_gamma, of_beta * gamma"}])

mistake("batch_norm_backward", """Your gradients of γ and β come back in the wrong order: x, then gamma, then beta.""",
        name="beta_before_gamma", replace=RETURN, by="return of_x, of_beta, of_gamma")

mistake("batch_norm_backward", """Your gradient of γ multiplies out: Σ g x and μ Σ g are computed apart. Where x lies
    far from 0 both are large, and their difference is lost in rounding. Take the mean off x first.""",
        name="multiplies_out_gamma",
        replace=OF_GAMMA, by="of_gamma = ((grad * x).sum(dim=axes) - mean * grad.sum(dim=axes)) * inv_std")

mistake("batch_norm_backward", """Your normalised values are made of x s and μ s. Where x lies far from 0 both are
    large and rounded, and their difference keeps that error. Take the mean off x first, then multiply by s.""",
        name="multiplies_out_the_values",
        replace=NORMED, by="normed = x * inv_std.reshape(beside_x) - (mean * inv_std).reshape(beside_x)")

# ── x, in training ──────────────────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm_backward", """In training your gradient of x takes μ and s for constants. They are made of all the
    values of the feature, so each x_i reaches every y_j through them, and what flows back that way is missing.""",
        name="takes_the_statistics_for_constants", replace="if training:", by="if False:")

mistake("batch_norm_backward", """The way through the mean is missing in your gradient of x: in training μ is made of
    x too, and the mean of the gradient is taken off for it.""", name="forgets_the_mean",
        replace=THROUGH, by="through = grad - normed * of_gamma.reshape(beside_x) / count")

mistake("batch_norm_backward", """The way through the variance is missing in your gradient of x: in training s is made
    of x too, and x̂ mean(g x̂) is taken off for it.""", name="forgets_the_variance",
        replace=THROUGH, by="through = grad - of_beta.reshape(beside_x) / count")

mistake("batch_norm_backward", """One of the two corrections in your gradient of x has the wrong sign. Both are taken
    off: what moves the mean along moves y back, and so does what makes the spread larger.""", name="adds_a_correction",
        replace=THROUGH, by="through = grad - (of_beta.reshape(beside_x) - normed * of_gamma.reshape(beside_x)) / count",
        forms=[{"replace": THROUGH, "by": THROUGH.replace("grad - (", "grad + (")},
               {"replace": THROUGH,
                "by": "through = grad - (normed * of_gamma.reshape(beside_x) - of_beta.reshape(beside_x)) / count"}])

mistake("batch_norm_backward", """The way through the variance has a wrong factor in your gradient of x. ∂s/∂σ² is
    -s³/2, and the 2 of the square cancels the half: x̂ mean(g x̂) is left, without a 2 and without a half.""",
        name="miscounts_the_two",
        replace=THROUGH, by=THROUGH.replace("normed * of_gamma", "2 * normed * of_gamma"),
        forms=[{"replace": THROUGH, "by": THROUGH.replace("normed * of_gamma", "0.5 * normed * of_gamma")}])

mistake("batch_norm_backward", """The way through the variance has a wrong power of s in your gradient of x. It is γ s
    x̂ mean(g x̂), which is γ s³ (x - μ) mean(g (x - μ)): s comes in three times, once for each x̂ and once in front.""",
        name="miscounts_the_deviation",
        replace=THROUGH, by="through = grad - (of_beta.reshape(beside_x) + (x - mean.reshape(beside_x)) * "
        "of_gamma.reshape(beside_x)) / count",
        forms=[{"replace": THROUGH, "by": "through = grad - (of_beta.reshape(beside_x) + (x - mean.reshape(beside_x)) * "
                "(grad * (x - mean.reshape(beside_x))).sum(dim=axes).reshape(beside_x)) / count"},
               {"replace": THROUGH, "by": THROUGH.replace("normed *", "normed * inv_std.reshape(beside_x) *")}])

mistake("batch_norm_backward", """Your gradient of x divides the way through the variance by Σ x̂², as if it took off a
    projection on x̂. That sum is m only where ε is 0. Otherwise it is smaller, and it is 0 where all values are equal to
    μ: divide by m.""", name="projects_on_the_values",
        replace=THROUGH, by="""through = grad - grad.mean(dim=axes, keepdim=True)
        through = through - normed * (of_gamma / normed.square().sum(dim=axes)).reshape(beside_x)""")

mistake("batch_norm_backward", """Your gradient of x divides by m - 1. The batch was normalised with the biased
    variance, the mean of the squares, so both corrections are means over all m values.""", name="divides_by_one_less",
        replace=THROUGH, by=THROUGH.replace("/ count", "/ (count - 1)"),
        forms=[{"replace": THROUGH, "by": "through = grad - of_beta.reshape(beside_x) / count - "
                "normed * of_gamma.reshape(beside_x) / (count - 1)"}])

mistake("batch_norm_backward", """Your gradient of x divides by the number of examples. A channel's mean is taken over
    batch, height and width, so m is the product of the three.""", name="counts_examples_only",
        replace="count = x[:, 0].numel()", by="count = len(x)")

mistake("batch_norm_backward", """Your gradient of x takes sums off where means belong: both corrections are divided
    by m.""",
        name="forgets_to_divide", replace=THROUGH, by=THROUGH.replace(") / count", ")"),
        forms=[{"replace": THROUGH,
                "by": "through = grad - of_beta.reshape(beside_x) - normed * of_gamma.reshape(beside_x) / count"},
               {"replace": THROUGH,
                "by": "through = grad - of_beta.reshape(beside_x) / count - normed * of_gamma.reshape(beside_x)"}])

mistake("batch_norm_backward", """Your gradient of x measures the spread anew, with an ε of its own. The way forward
    had another one, and `inv_std` has it: use what the cache holds.""", name="measures_anew",
        replace=OF_X,
        by="of_x = (gamma / torch.sqrt(x.var(dim=axes, unbiased=False) + 1e-5) if training else gamma * inv_std"
        ").reshape(beside_x) * through",
        forms=[{"replace": NORMED,
                "by": "if training:\n        inv_std = 1 / torch.sqrt(x.var(dim=axes, unbiased=False) + 1e-5)\n    "
                + NORMED}])

mistake("batch_norm_backward", """Your normalised values are made with the mean of the batch at hand, also outside of
    training. There `mean` is the running mean, and y was made with that one: take μ from the cache, for the gradient of γ
    as well.""", name="takes_the_mean_of_the_batch",
        replace=NORMED, by="normed = (x - x.mean(dim=axes, keepdim=True)) * inv_std.reshape(beside_x)")

# ── x, in training and outside of it ────────────────────────────────────────────────────────────────────────────

mistake("batch_norm_backward", """Your gradient of x takes the way through mean and variance outside of training too.
    There they are running statistics, constants that no x moves: γ s g is all.""", name="ignores_the_flag",
        replace="if training:", by="if True:",
        forms=[{"replace": "if training:", "by": "if x[:, 0].numel() > 1:"}])

mistake("batch_norm_backward", """The factor γ is missing in your gradient of x: y is γ x̂ + β, so whatever flows back
    to x passes through γ.""", name="forgets_gamma", replace=OF_X, by="of_x = inv_std.reshape(beside_x) * through")

UNEVEN = """of_x = gamma.reshape(beside_x) * inv_std.reshape(beside_x) * grad
    if training:
        g, along = of_beta.reshape(beside_x) / count, normed * of_gamma.reshape(beside_x) / count
        of_x = (gamma.reshape(beside_x) * {} - {}) * inv_std.reshape(beside_x)"""

mistake("batch_norm_backward", """Not every term of your gradient of x has the factor γ. It is y = γ x̂ + β that all three
    ways come back from, so the two means that are taken off have it as well: γ s (g - mean(g) - x̂ mean(g x̂)).""",
        name="gamma_on_some_terms_only",
        replace=OF_X_IN_TRAINING, by="through = grad\n    " + UNEVEN.format("grad", "(g + along)"),
        forms=[{"replace": OF_X_IN_TRAINING, "by": "through = grad\n    " + UNEVEN.format("(grad - g)", "along")},
               {"replace": OF_X_IN_TRAINING, "by": "through = grad\n    " + UNEVEN.format("(grad - along)", "g")}])

mistake("batch_norm_backward", """The factor s is missing in your gradient of x. To normalise is to multiply by s, and
    what flows back is multiplied by it too.""",
        name="forgets_the_deviation", replace=OF_X, by="of_x = gamma.reshape(beside_x) * through",
        forms=[{"replace": OF_X,
                "by": "if training:\n        gamma = gamma * inv_std\n    of_x = gamma.reshape(beside_x) * through"}])

mistake("batch_norm_backward", """Your gradient of x divides by s, or multiplies by its square. `inv_std` is the
    inverse already, 1/√(σ² + ε): multiply by it, once.""", name="takes_the_inverse_for_the_deviation",
        replace=OF_X, by="of_x = (gamma / inv_std).reshape(beside_x) * through",
        forms=[{"replace": OF_X, "by": "of_x = (gamma * inv_std ** 2).reshape(beside_x) * through"},
               {"replace": NORMED, "by": NORMED.replace("* inv_std", "/ inv_std")}])

mistake("batch_norm_backward", """Your sums go over the batch alone, so an image gets a sum for each pixel. A feature
    is a channel: its values lie all over batch, height and width.""", name="sums_over_the_batch_only",
        replace="axes = (0, *range(2, x.ndim))", by="axes = (0,)")

mistake("batch_norm_backward", """Your sums go along the features. Each feature is on its own: sum over all axes but
    the second.""",
        name="sums_along_the_features", replace="axes = (0, *range(2, x.ndim))", by="axes = tuple(range(1, x.ndim))")

mistake("batch_norm_backward", """Your batch_norm_backward puts the features beside the last axis of an image. A
    tensor of shape (features,) broadcasts from the right, against the width: reshape it to (features, 1, 1).""",
        name="broadcasts_along_the_width", replace="beside_x = (-1, *[1] * (x.ndim - 2))", by="beside_x = (-1,)")

# ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm_backward", """Your batch_norm_backward writes into what it was given. `grad` and the cache belong
    to the caller, who may need them again: compute in tensors of your own.""", name="writes_into_its_arguments",
        replace=OF_X, by="through = grad.copy_(through)\n    " + OF_X,
        forms=[{"replace": RETURN, "by": "of_x = grad.copy_(of_x)\n    " + RETURN},
               {"replace": RETURN, "by": "grad *= gamma.reshape(beside_x)\n    " + RETURN},
               {"replace": RETURN, "by": "x -= mean.reshape(beside_x)\n    " + RETURN},
               {"replace": RETURN, "by": "gamma *= inv_std\n    " + RETURN}])

mistake("batch_norm_backward", """Your batch_norm_backward uses `view`, which refuses a tensor whose places do not lie
    one after another in memory, as in a transposed one or in images that are stored channels last. Take `reshape`,
    which copies where it has to.""",
        name="views_of_strided_tensors",
        replace="axes = (0, *range(2, x.ndim))", by="grad.view(*x.shape[:2], -1)\n    axes = (0, *range(2, x.ndim))",
        forms=[{"replace": "axes = (0, *range(2, x.ndim))", "by": "x.view(-1)\n    axes = (0, *range(2, x.ndim))"}])

mistake("batch_norm_backward", """Your batch_norm_backward returns another dtype than that of x. PyTorch makes new
    tensors in float32 unless told otherwise: make yours in the dtype of x, with `dtype=x.dtype`, `empty_like` or
    `new_zeros`.""",
        name="leaves_the_dtype", replace=RETURN, by="of_x = torch.zeros(x.shape) + of_x.float()\n    " + RETURN,
        forms=[{"replace": RETURN, "by": "return of_x, of_gamma.float(), of_beta.float()"},
               {"replace": RETURN, "by": "return of_x.double(), of_gamma.double(), of_beta.double()"}])
