"""What learners get wrong in `batch_norm`, and what to tell them."""
from grader.judge.mistakes import mistake

MEAN = "mean = x.mean(dim=axes)"
VAR = "var = (x - mean.reshape(beside_x)).square().mean(dim=axes)"
MOVE_MEAN = "running_mean[:] = (1 - momentum) * running_mean + momentum * mean"
MOVE_VAR = "running_var[:] = (1 - momentum) * running_var + momentum * var * count / (count - 1)"
SCALE = "scale = gamma / torch.sqrt(var + eps)"
NORMALISE = "(x - mean.reshape(beside_x)) * scale.reshape(beside_x) + beta.reshape(beside_x)"

# ── the statistics of the batch ─────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm", """In training your batch_norm normalises with the unbiased variance, divided by m - 1, as
    `x.var` gives it unless told otherwise. The batch itself is normalised with the biased one, the mean of the
    squares; the unbiased one is for running_var.""", name="normalises_with_the_unbiased_variance",
        replace=SCALE,
        by="scale = gamma / torch.sqrt((var * count / (count - 1) if training else var) + eps)",
        forms=[{"replace": f"{MOVE_MEAN}\n        {MOVE_VAR}",
                "by": f"var = x.var(dim=axes)\n        {MOVE_MEAN}\n"
                      "        running_var[:] = (1 - momentum) * running_var + momentum * var"},
               {"replace": VAR, "by": "var = x.var(dim=axes)"}])

mistake("batch_norm", """Your running_var takes in the biased variance, the mean of the squares. That is too small on
    average, for the mean was fitted to the same values: multiply by m/(m - 1) before it goes into running_var.""",
        name="remembers_the_biased_variance",
        replace="momentum * var * count / (count - 1)", by="momentum * var")

mistake("batch_norm", """Your running_var counts the examples only. The variance of a channel is made of all its
    values in the batch, so m is batch times height times width, in m/(m - 1) too.""", name="counts_examples_only",
        replace="momentum * var * count / (count - 1)", by="momentum * var * len(x) / (len(x) - 1)")

mistake("batch_norm", """Your batch_norm computes the variance as the mean of the squares minus the square of the
    mean. Where the values lie far from 0 these two are large and nearly equal, and their difference is lost in
    rounding: around 10⁴ in float32 nothing is left of it. Take the mean off first, then square.""",
        name="subtracts_the_squared_mean",
        replace=VAR, by="var = x.square().mean(dim=axes) - mean.square()",
        forms=[{"replace": VAR, "by": "var = (x * x).sum(dim=axes) / count - mean ** 2"},
               {"replace": VAR, "by": "var = (x.square().mean(dim=axes) - mean.square()).clamp(min=0)"}])

mistake("batch_norm", """Your batch_norm measures images over the batch alone, for each pixel. A channel is one
    feature: its mean and variance go over the batch, the height and the width.""", name="measures_each_pixel",
        replace="axes = (0, *range(2, x.ndim))", by="axes = (0,)",
        forms=[{"replace": f"{MOVE_MEAN}\n        {MOVE_VAR}",
                "by": """mean, var = x.mean(dim=0), x.var(dim=0, unbiased=False)  # (channels, height, width)
        running_mean.lerp_(mean.reshape(x.shape[1], -1).mean(dim=1), momentum)
        running_var.lerp_(var.reshape(x.shape[1], -1).mean(dim=1) * count / (count - 1), momentum)
        return gamma.reshape(beside_x) * (x - mean) / torch.sqrt(var + eps) + beta.reshape(beside_x)"""}])

mistake("batch_norm", """Your batch_norm takes the variance of parts of a channel, of each image or of each pixel, and
    then the mean of these. That leaves out how far the parts lie from each other. Take the channel's one mean off all
    of its values, and the mean of all their squares.""", name="averages_variances",
        replace=VAR, by="var = x.var(dim=tuple(range(2, x.ndim)) or 0, unbiased=False)\n"
                        "        var = var.mean(dim=0) if x.ndim > 2 else var",
        forms=[{"replace": VAR, "by": "var = x.var(dim=0, unbiased=False).reshape(x.shape[1], -1).mean(dim=1)"}])

mistake("batch_norm", """Your batch_norm measures along the features, as layer norm does. Here each feature is
    measured by itself, over all axes but the second.""", name="measures_along_the_features",
        replace="axes = (0, *range(2, x.ndim))", by="axes = tuple(range(1, x.ndim))",
        forms=[{"replace": "axes = (0, *range(2, x.ndim))", "by": "axes = 1"}])

mistake("batch_norm", """Your batch_norm takes one mean, or one variance, of all numbers together. Each feature has
    its own: the mean goes over all axes but the second.""", name="measures_all_features_together",
        replace=MEAN, by="mean = x.mean().expand(gamma.shape)",
        forms=[{"replace": VAR, "by": "var = (x - mean.reshape(beside_x)).square().mean().expand(gamma.shape)"},
               {"replace": MEAN, "by": "mean = x.mean().expand(gamma.shape)\n        axes = tuple(range(x.ndim))"},
               {"replace": VAR, "by": "var = x.var(unbiased=False).expand(gamma.shape)"}])

mistake("batch_norm", """Your batch_norm takes a standard deviation for the variance. σ² is the mean of the squares;
    the root is taken once, with ε under it, and running_var holds a variance too.""",
        name="takes_the_deviation_for_the_variance",
        replace=VAR, by="var = (x - mean.reshape(beside_x)).square().mean(dim=axes).sqrt()")

mistake("batch_norm", """Your running_var takes in the standard deviation. It holds a variance; the root is taken
    where it is used, with ε under it.""", name="remembers_the_deviation",
        replace="momentum * var * count / (count - 1)", by="momentum * (var * count / (count - 1)).sqrt()",
        forms=[{"replace": "momentum * var * count / (count - 1)", "by": "momentum * var.sqrt()"}])

# ── to normalise ────────────────────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm", """Your batch_norm divides by the variance. It is the standard deviation, its root, that brings
    the spread to 1.""", name="divides_by_the_variance", replace=SCALE, by="scale = gamma / (var + eps)")

mistake("batch_norm", """Your batch_norm adds ε beside the root. It stands under the root, √(σ² + ε), and a large ε
    shows the difference.""", name="epsilon_beside_the_root", replace=SCALE, by="scale = gamma / (torch.sqrt(var) + eps)",
        forms=[{"replace": SCALE, "by": "scale = gamma / (var.sqrt() + eps ** 0.5)"}])

mistake("batch_norm", """Your batch_norm divides by 0 where a feature has no spread: 0/0 is not a number. That is what
    ε is for, under the root.""", name="forgets_epsilon", replace=SCALE, by="scale = gamma / torch.sqrt(var)")

mistake("batch_norm", """Your batch_norm has an ε of its own, or adds it twice. Take the argument `eps`, once.""",
        name="has_an_epsilon_of_its_own", replace=SCALE, by="scale = gamma / torch.sqrt(var + 1e-5)",
        forms=[{"replace": SCALE, "by": "scale = gamma / torch.sqrt(var + 1e-8)"},
               {"replace": SCALE, "by": "scale = gamma / torch.sqrt(var + eps + eps)"}])

mistake("batch_norm", """Your batch_norm leaves out γ or β. The network learns both, for a mean of 0 and a spread of 1
    need not be what the next layer wants.""",
        name="forgets_gamma_or_beta", replace=SCALE, by="scale = 1 / torch.sqrt(var + eps)",
        forms=[{"replace": " + beta.reshape(beside_x)", "by": ""}])

mistake("batch_norm", """Your batch_norm adds β before it multiplies by γ. y = γ x̂ + β: the shift is not scaled.""",
        name="scales_the_shift", replace=NORMALISE,
        by="((x - mean.reshape(beside_x)) / torch.sqrt(var + eps).reshape(beside_x) + beta.reshape(beside_x))"
           " * gamma.reshape(beside_x)")

mistake("batch_norm", """Your batch_norm puts the features beside the last axis of an image. A tensor of shape
    (features,) broadcasts from the right, against the width: reshape it to (features, 1, 1).""",
        name="broadcasts_along_the_width",
        replace="beside_x = (-1, *[1] * (x.ndim - 2))", by="beside_x = (-1,)")

# ── training, and evaluation ────────────────────────────────────────────────────────────────────────────────────

mistake("batch_norm", """Your batch_norm always takes the batch's statistics. Where `training` is false the running
    ones are taken, so that the result for an example does not hang on what else is in the batch.""", name="always_trains",
        replace="    else:\n        mean, var = running_mean, running_var",
        by="    else:\n        mean, var = x.mean(dim=axes), x.var(dim=axes, unbiased=False)",
        forms=[{"replace": "if training:", "by": "if True:"}])

mistake("batch_norm", """In training your batch_norm normalises with the running statistics. The batch's own are taken
    there, and the running ones are only moved, for later.""", name="normalises_with_the_running_statistics",
        replace=SCALE, by="mean, var = running_mean, running_var\n    " + SCALE)

MOVES = """if not training:
        running_mean[:] = (1 - momentum) * running_mean + momentum * x.mean(dim=axes)
        running_var[:] = (1 - momentum) * running_var + momentum * x.var(dim=axes, unbiased={})
    """

mistake("batch_norm", """Your batch_norm moves the running statistics outside of training too. There they are only
    read: otherwise a model would change while it is tested.""", name="moves_statistics_in_evaluation",
        replace=SCALE, by=MOVES.format(False) + SCALE,
        forms=[{"replace": SCALE, "by": MOVES.format("x[:, 0].numel() > 1") + SCALE},
               {"replace": "return " + NORMALISE, "by": f"y = {NORMALISE}\n    {MOVES.format(False)}return y"},
               {"replace": "return " + NORMALISE,
                "by": f"y = {NORMALISE}\n    {MOVES.format('x[:, 0].numel() > 1')}return y"}])

mistake("batch_norm", """Your batch_norm has the momentum the other way round: the old value gets the share α, as in
    some other libraries. Here α is the share of the new batch, and 1 - α what is kept.""",
        name="momentum_of_the_old_value",
        replace=f"{MOVE_MEAN}\n        {MOVE_VAR}",
        by="running_mean[:] = momentum * running_mean + (1 - momentum) * mean\n"
           "        running_var[:] = momentum * running_var + (1 - momentum) * var * count / (count - 1)")

mistake("batch_norm", """Your batch_norm adds the batch's statistics to the running ones, and what was there does not
    fade. The weights of old and new are 1 - α and α, and add up to 1.""", name="adds_without_fading",
        replace=f"{MOVE_MEAN}\n        {MOVE_VAR}",
        by="running_mean += momentum * mean\n        running_var += momentum * var * count / (count - 1)")

mistake("batch_norm", """The caller's running statistics, or one of them, stay as they were after your training. They
    are changed in place: `running_mean = ...` only gives the name to another tensor, whereas `running_mean[:] = ...`
    and the operations that end in _ write into the one that came.""", name="names_another_tensor",
        replace=f"{MOVE_MEAN}\n        {MOVE_VAR}",
        by="running_mean = (1 - momentum) * running_mean + momentum * mean\n"
           "        running_var = (1 - momentum) * running_var + momentum * var * count / (count - 1)",
        forms=[{"replace": MOVE_MEAN, "by": MOVE_MEAN.replace("[:]", "")},
               {"replace": MOVE_VAR, "by": MOVE_VAR.replace("[:]", "")}])

mistake("batch_norm", """Your running_var takes in σ² + ε. ε belongs under the root only: it keeps the quotient
    finite, and is no part of the variance.""", name="remembers_epsilon",
        replace="momentum * var * count / (count - 1)", by="momentum * (var + eps) * count / (count - 1)",
        forms=[{"replace": "momentum * var * count / (count - 1)",
                "by": "momentum * (var * count / (count - 1) + eps)"}])

# ── what is refused, and what is only read ──────────────────────────────────────────────────────────────────────

REFUSE = "if count < 2:"

mistake("batch_norm", """Your batch_norm accepts a batch in training in which a feature has a single value. Its
    variance is 0, what is left of it is 0 whatever came in, and m - 1 is 0 as well: raise ValueError.""",
        name="accepts_a_single_value", replace=REFUSE, by="if False:",
        forms=[{"replace": REFUSE, "by": "count = max(count, 2)\n        if False:"},
               {"replace": REFUSE, "by": "if count == 0:"}])

mistake("batch_norm", """Your batch_norm refuses a single example in training, however many values it has. A channel
    of an image has one at each pixel: count the values of a feature, over batch, height and width.""",
        name="refuses_a_single_image",
        replace=REFUSE, by="if len(x) < 2:",
        forms=[{"replace": REFUSE, "by": "if x.shape[0] <= 1:"}])

mistake("batch_norm", """Your batch_norm refuses a single example outside of training too. Nothing is measured there,
    so a batch may have any size; to get one example at a time is what the running statistics are for.""",
        name="refuses_in_evaluation", replace="if training:", by="""if x[:, 0].numel() < 2:
        raise ValueError("one value")
    if training:""")

mistake("batch_norm", """Your batch_norm moves the running statistics before it refuses the batch. Who catches the
    ValueError then goes on with statistics that are spoilt: refuse first.""", name="moves_before_it_refuses",
        replace=REFUSE, by=REFUSE + """
            running_mean[:] = (1 - momentum) * running_mean + momentum * x.mean(dim=axes)""",
        forms=[{"replace": REFUSE, "by": REFUSE + """
            running_mean[:] = (1 - momentum) * running_mean + momentum * x.mean(dim=axes)
            running_var[:] = (1 - momentum) * running_var + momentum * x.var(dim=axes, unbiased=False)"""}])

mistake("batch_norm", """Your batch_norm writes into x. That tensor belongs to the caller, who may need it for the way
    back: compute in one of your own.""", name="writes_into_x",
        replace="return (x - mean.reshape(beside_x)) * scale.reshape(beside_x)",
        by="x -= mean.reshape(beside_x).clone()\n    return x * scale.reshape(beside_x)",
        forms=[{"replace": "return (x - mean.reshape(beside_x)) * scale.reshape(beside_x)",
                "by": "x = x.sub_(mean.reshape(beside_x).clone()).mul_(scale.reshape(beside_x))\n    return x"}])

mistake("batch_norm", """Your batch_norm uses `view`, which refuses a tensor whose places do not lie one after another
    in memory, as in a transposed one or in images that are stored channels last. Take `reshape`, which copies where
    it has to.""",
        name="views_of_strided_tensors",
        replace="axes = (0, *range(2, x.ndim))", by="x.view(*x.shape[:2], -1)\n    axes = (0, *range(2, x.ndim))",
        forms=[{"replace": "axes = (0, *range(2, x.ndim))", "by": "x.view(-1)\n    axes = (0, *range(2, x.ndim))"}])

mistake("batch_norm", """Your batch_norm returns another dtype than that of x. PyTorch makes new tensors in float32
    unless told otherwise: make yours in the dtype of x, with `dtype=x.dtype`, `empty_like` or `new_empty`.""",
        name="leaves_the_dtype", replace="return " + NORMALISE,
        by=f"y = torch.empty(x.shape)\n    y[:] = {NORMALISE}\n    return y",
        forms=[{"replace": "return " + NORMALISE, "by": f"return ({NORMALISE}).double()"}])
