"""What learners get wrong in `initialization`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

XAVIER = {"xavier_normal": "gain * math.sqrt(2 / (inputs + outputs))",
          "xavier_uniform": "gain * math.sqrt(6 / (inputs + outputs))"}
HE = {"he_normal": "math.sqrt(2 / ((1 + slope**2) * inputs))", "he_uniform": "math.sqrt(6 / ((1 + slope**2) * inputs))"}
NORMAL = "torch.randn(shape, generator=generator, dtype=dtype)"
EVEN = "(2 * torch.rand(shape, generator=generator, dtype=dtype) - 1)"
DRAWS = {"xavier_normal": NORMAL, "xavier_uniform": EVEN, "he_normal": NORMAL, "he_uniform": EVEN}


def slip(name, words, *changes):
    """A mistake that is made in several functions alike: `changes` are (function, replaced text, other text).

    `mistake` registers for the module that calls it, and so for this one.
    """
    (first, replace, by), *further = changes
    forms = [{"target": function, "replace": text, "by": other} for function, text, other in further]
    mistake(f"initialization.{first}", words, name=name, replace=replace, by=by, forms=forms)


def in_every_draw(replace, by):
    return [(function, replace, by) for function in DRAWS]


# ── how large ───────────────────────────────────────────────────────────────────────────────────────────────────

slip("takes_the_variance_for_the_standard_deviation", """Your weights are scaled by the variance of the paper. A number drawn
    with standard deviation 1 and multiplied by s has the standard deviation s, so s is the variance's root.""",
     ("he_normal", HE["he_normal"], "2 / ((1 + slope**2) * inputs)"),
     ("xavier_normal", XAVIER["xavier_normal"], "gain * 2 / (inputs + outputs)"),
     ("xavier_normal", XAVIER["xavier_normal"], "gain**2 * 2 / (inputs + outputs)"))

slip("counts_the_outputs", """Your He initialisation divides by the number of outputs. What must keep its size on the way
    forward is a sum over the inputs: in a weight of shape (outputs, inputs) their number is the second.""",
     ("he_normal", "_, inputs = shape", "inputs, _ = shape"), ("he_uniform", "_, inputs = shape", "inputs, _ = shape"))

slip("counts_one_side_only", """The variance of your Xavier initialisation hangs on one side of the weight alone. Glorot and
    Bengio take the mean of both numbers, (inputs + outputs)/2: a compromise between the way forward and the way back.""",
     *[(function, formula, f"gain * math.sqrt({of_one} / {side})")
       for (function, formula), of_one in zip(XAVIER.items(), (1, 3)) for side in ("inputs", "outputs")])

slip("forgets_the_2_of_xavier", """The variance of your Xavier initialisation is half of what it should be: it is 1 over the
    mean of inputs and outputs, and so 2 over their sum.""",
     ("xavier_normal", "math.sqrt(2 /", "math.sqrt(1 /"), ("xavier_uniform", "math.sqrt(6 /", "math.sqrt(3 /"))

slip("forgets_the_2_of_he", """The variance of your He initialisation is half of what it should be. Relu halves the mean
    square of what it gets, and the 2 makes up for that: without it the signal shrinks from layer to layer.""",
     ("he_normal", "math.sqrt(2 /", "math.sqrt(1 /"), ("he_uniform", "math.sqrt(6 /", "math.sqrt(3 /"))

slip("counts_both_sides_for_he", """Your He initialisation counts inputs and outputs together, as Xavier's does. He's asks for a
    factor of 1 on the way forward alone, so the inputs alone count.""",
     *[(function, "_, inputs = shape\n    ", f"outputs, inputs = shape\n    inputs = inputs + outputs{half}\n    ")
       for function in HE for half in ("", " - (inputs + outputs) / 2")])

slip("takes_the_standard_deviation_for_the_bound", """The variance of your uniform weights is a third of what it should be: you
    draw from [-b, b] with the standard deviation for b. A uniform distribution on [-b, b] has the variance b²/3, so b is
    √3 standard deviations.""",
     ("xavier_uniform", "math.sqrt(6 /", "math.sqrt(2 /"), ("he_uniform", "math.sqrt(6 /", "math.sqrt(2 /"))

slip("takes_the_width_for_the_bound", """Your uniform weights lie in an interval that is twice as wide as it should be. The
    variance of a uniform distribution is its width squared over 12; from 0 to the end it is half that width, so b² is 3
    times the variance.""",
     ("xavier_uniform", "math.sqrt(6 /", "math.sqrt(24 /"), ("he_uniform", "math.sqrt(6 /", "math.sqrt(24 /"))

slip("multiplies_the_variance_by_the_gain", """Your gain multiplies the variance. It is a factor of the weights themselves, so
    their standard deviation grows by it and their variance by its square: take it out of the root.""",
     ("xavier_normal", XAVIER["xavier_normal"], "math.sqrt(gain * 2 / (inputs + outputs))"),
     ("xavier_uniform", XAVIER["xavier_uniform"], "math.sqrt(gain * 6 / (inputs + outputs))"))

slip("forgets_the_gain", """Your Xavier initialisation gives weights of the same size for every gain. Multiply by it.""",
     ("xavier_normal", "gain * math", "math"), ("xavier_uniform", "gain * math", "math"))

slip("forgets_the_slope", """Your He initialisation gives weights of the same size for every slope. A leaky relu lets a part of
    the negative numbers through, of which a share of slope² remains in the mean square: divide the variance by
    1 + slope².""",
     ("he_normal", "(1 + slope**2) * inputs", "inputs"), ("he_uniform", "(1 + slope**2) * inputs", "inputs"))

slip("does_not_square_the_slope_alone", """Your He initialisation does not divide by 1 + slope². What counts is the mean square
    after the activation: the negative half of the numbers keeps the share slope² of theirs, and the positive half all.""",
     *[(function, "(1 + slope**2)", other) for function in HE for other in ("(1 + slope)", "(1 + slope)**2")])

# ── which distribution ──────────────────────────────────────────────────────────────────────────────────────────

slip("draws_positive_weights_only", """Your uniform weights are all positive. `torch.rand` draws from [0, 1), and weights of
    mean 0 come from [-b, b]: double, take 1 off, multiply by b.""",
     ("xavier_uniform", EVEN, "torch.rand(shape, generator=generator, dtype=dtype)"),
     ("he_uniform", EVEN, "torch.rand(shape, generator=generator, dtype=dtype)"))

slip("fills_half_of_the_interval", """Your uniform weights lie between -b/2 and b/2. `torch.rand` draws from an interval of
    length 1, and [-b, b] has the length 2b.""",
     ("xavier_uniform", EVEN, "(torch.rand(shape, generator=generator, dtype=dtype) - 0.5)"),
     ("he_uniform", EVEN, "(torch.rand(shape, generator=generator, dtype=dtype) - 0.5)"))

slip("draws_normal_weights_for_uniform_ones", """Your uniform weights come from a normal distribution: many lie near 0, and some
    beyond b. `torch.rand` is even, `torch.randn` is normal.""",
     *[(function, f"bound * {EVEN}", f"bound{by} * {NORMAL}") for function in ("xavier_uniform", "he_uniform")
       for by in (" / math.sqrt(3)", "")])

slip("cuts_the_tails", """Your normal distribution ends at two standard deviations. Some libraries do that; the text asks for a
    whole one, in which one weight of twenty lies beyond. What is cut off also lowers the variance.""",
     *[(function, f"return std * {NORMAL}", f"return (std * {NORMAL}).clamp(-2 * std, 2 * std)")
       for function in ("xavier_normal", "he_normal")],
     *[(function, f"return std * {NORMAL}", f"return std * torch.fmod({NORMAL}, 2)")
       for function in ("xavier_normal", "he_normal")])

slip("draws_one_row", """Your weights repeat one row, so that all units of the layer are one unit: they get the same gradients
    and stay the same for ever. Draw a number for each weight.""",
     *[(function, f"{NORMAL}", "torch.randn(inputs, generator=generator, dtype=dtype).repeat(shape[0], 1)")
       for function in ("he_normal", "xavier_normal")],
     *[(function, EVEN, "(2 * torch.rand(inputs, generator=generator, dtype=dtype) - 1).repeat(shape[0], 1)")
       for function in ("he_uniform", "xavier_uniform")])

slip("stretches_the_draws_to_the_variance", """Your weights are shifted and stretched until they have exactly the mean and
    variance that is wanted. So no weight is a draw of its own: the last follows from the others. It is the distribution
    that has this variance; what is drawn from it may differ.""",
     *[(function, f"std * {NORMAL}", f"std * (lambda z: (z - z.mean()) / z.std({correction}))({NORMAL})")
       for function in ("he_normal", "xavier_normal") for correction in ("", "correction=0")])

slip("draws_the_tails_again", """Your normal weights are cut off: what lies far from 0 is drawn again. The distribution that is
    asked for is whole, and a few of many weights lie far out.""",
     *[(function, f"return std * {NORMAL}", f"""z = {NORMAL}
    while (far := z.abs() > 2).any():
        z[far] = torch.randn(int(far.sum()), generator=generator, dtype=dtype)
    return std / 0.87962566 * z""") for function in ("he_normal", "xavier_normal")])

# ── from which generator, in which form ─────────────────────────────────────────────────────────────────────────

slip("ignores_the_generator", """Your weights come from the global generator of torch. Whatever else draws from it changes them,
    so nobody can make this layer again: hand `generator` on to the function that draws.""",
     *in_every_draw("generator=generator, ", ""))

slip("seeds_the_global_generator", """Your function seeds the global generator of torch and draws from that. Whatever else in
    the program draws from it then repeats itself: leave it alone, and hand `generator` on to the function that draws.""",
     *[(function, f"return {factor} * {draw}", f"torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))\n"
       f"    return {factor} * {draw.replace('generator=generator, ', '')}")
       for function, draw in DRAWS.items() for factor in ["std" if "normal" in function else "bound"]])

ANEW = "torch.Generator().manual_seed(generator.initial_seed())"

slip("leaves_the_generator_where_it_was", """Your function draws from a copy of the generator, or from its seed anew, so that
    the generator itself stays where it was: two calls give the same weights, and two layers start alike. Draw from the one
    that is handed in; each draw takes it on.""",
     *in_every_draw("generator=generator, ", "generator=torch.Generator().manual_seed(generator.initial_seed()), "),
     ("he_normal", "generator=generator, ", "generator=generator.clone_state(), "),
     ("xavier_uniform", "generator=generator, ", "generator=generator.clone_state(), "))

slip("has_a_seed_of_its_own", """Your function draws from a generator with a seed of its own. Its weights are the same whatever
    is handed in: nobody can try another start, and all layers of one shape are alike.""",
     ("he_normal", "generator=generator, ", "generator=torch.Generator().manual_seed(0), "),
     ("xavier_uniform", "generator=generator, ", "generator=torch.Generator().manual_seed(0), "))

slip("draws_in_the_default_dtype", """Your weights are float32 for every dtype. `torch.randn` and `torch.rand` make that unless
    they are told otherwise: hand `dtype` on.""", *in_every_draw(", dtype=dtype", ""))

slip("turns_the_shape_round", """Your weights have the shape (inputs, outputs). A row of the weight belongs to an output: it is
    (outputs, inputs), as handed in.""",
     *[(function, f"{draw}(shape, ", f"{draw}((inputs, shape[0]), ") for function, draw in
       zip(DRAWS, ("torch.randn", "torch.rand", "torch.randn", "torch.rand"))])

# ── layer_statistics ────────────────────────────────────────────────────────────────────────────────────────────

STATISTICS = "initialization.layer_statistics"

mistake(STATISTICS, """Your standard deviation divides by one less than the number of activations, as `std` does unless it is
    told otherwise. That estimates a spread beyond the numbers at hand; the text asks for the spread of these.""",
        name="divides_by_one_less", replace="h.std(correction=0)", by="h.std()",
        forms=[{"replace": "h.std(correction=0)", "by": "h.std(unbiased=True)"}])



def spreads_before_the_activation(x, weights, activation):
    spreads, dead = [], []
    for weight in weights:
        z = x @ weight.T
        x = activation(z)
        spreads.append(z.std(correction=0))
        dead.append((x == 0).all(dim=0).to(x.dtype).mean())
    return torch.stack(spreads), torch.stack(dead)


@mistake(STATISTICS, """Your layer_statistics measures before the activation. What the next layer gets, and what can be dead,
    is what comes out of it.""", forms=[spreads_before_the_activation])
def measures_before_the_activation(x, weights, activation):
    spreads, dead = [], []
    for weight in weights:
        z = x @ weight.T
        spreads.append(z.std(correction=0))
        dead.append((z == 0).all(dim=0).to(z.dtype).mean())
        x = activation(z)
    return torch.stack(spreads), torch.stack(dead)


mistake(STATISTICS, """Your layer_statistics uses no activation, so that the stack is one linear map. Each layer applies it to
    what its weight gives.""", name="leaves_the_activation_out", replace="activation(h @ weight.T)", by="h @ weight.T")

mistake(STATISTICS, """Your layer_statistics applies relu whatever activation it is given. Call the function that is handed
    in.""", name="always_applies_relu", replace="activation(h @ weight.T)", by="torch.relu(h @ weight.T)",
        forms=[{"replace": "activation(h @ weight.T)", "by": "(h @ weight.T).clamp(min=0)"}])

mistake(STATISTICS, """Your layer_statistics hands x to every layer. Each one gets the activations of the layer before.""",
        name="hands_x_to_every_layer", replace="h @ weight.T", by="x @ weight.T")

mistake(STATISTICS, """Your layer_statistics multiplies by the weight as it lies. Its shape is (outputs, inputs), and the
    activations have their inputs last, so the product needs the transposed weight.""",
        name="multiplies_by_the_weight_itself", replace="h @ weight.T", by="h @ weight")

mistake(STATISTICS, """Your layer_statistics has a number for x as well. The first of its numbers is that of the first
    layer's activations, so there are as many as weights.""", name="counts_x_as_a_layer",
        replace="h, spreads, dead = x, [], []",
        by="h, spreads, dead = x, [x.std(correction=0)], [(x == 0).all(dim=0).to(x.dtype).mean()]",
        forms=[{"replace": "h, spreads, dead = x, [], []", "by": "h, spreads, dead = x, [x.std(correction=0)], []"}])

mistake(STATISTICS, """Your layer_statistics gives the variance. Take its root: the standard deviation is measured in what the
    activations are measured in.""", name="gives_the_variance", replace="h.std(correction=0)", by="h.var(correction=0)",
        forms=[{"replace": "h.std(correction=0)", "by": "h.var()"}])

mistake(STATISTICS, """Your layer_statistics takes the root of the mean square. For activations of mean 0 that is the standard
    deviation, but those of relu are never negative: take their mean off first.""",
        name="does_not_take_the_mean_off", replace="h.std(correction=0)", by="h.square().mean().sqrt()")

mistake(STATISTICS, """Your layer_statistics takes a standard deviation along one axis and then the mean of those. What differs
    between the units, or between the examples, is left out so: take one over all numbers of the layer.""",
        name="averages_standard_deviations", replace="h.std(correction=0)", by="h.std(dim=0, correction=0).mean()",
        forms=[{"replace": "h.std(correction=0)", "by": "h.std(dim=1, correction=0).mean()"},
               {"replace": "h.std(correction=0)", "by": "h.std(dim=0).mean()"}])

mistake(STATISTICS, """Your layer_statistics gives the share of activations that are 0. Under relu that is half of them in
    healthy layers; a unit is dead only if it is 0 for every example of the batch.""",
        name="counts_zeros", replace="(h == 0).all(dim=0).to", by="(h == 0).to")

mistake(STATISTICS, """Your layer_statistics calls a unit dead that is 0 for one example. It is dead only if it is 0 for all of
    them.""", name="one_zero_is_enough", replace=".all(dim=0)", by=".any(dim=0)")

mistake(STATISTICS, """Your layer_statistics counts the examples for which the whole layer is silent. Units are columns: ask
    along the batch, axis 0, whether all are 0.""", name="counts_silent_examples", replace=".all(dim=0)", by=".all(dim=1)",
        forms=[{"replace": ".all(dim=0)", "by": ".all(dim=-1)"}])

mistake(STATISTICS, """Your layer_statistics counts the dead units. The share is their number divided by that of all units of
    the layer.""", name="counts_dead_units", replace=".to(h.dtype).mean()", by=".to(h.dtype).sum()")

mistake(STATISTICS, """Your layer_statistics calls a unit dead whose activations sum to 0. Positive and negative ones cancel in
    a sum, and a unit is dead only if each is 0.""", name="sums_to_find_the_dead",
        replace="(h == 0).all(dim=0)", by="(h.sum(dim=0) == 0)",
        forms=[{"replace": "(h == 0).all(dim=0)", "by": "(h.mean(dim=0) == 0)"}])

mistake(STATISTICS, """Your layer_statistics calls a unit dead whose activations are small. Dead means exactly 0: deep in a
    network with small weights, 1e-9 may be all that is left of a living signal.""",
        name="takes_small_for_dead", replace="(h == 0)", by="(h.abs() < 1e-6)",
        forms=[{"replace": "(h == 0)", "by": "(h.abs() < 1e-8)"},
               {"replace": "(h == 0)", "by": "torch.isclose(h, torch.zeros_like(h))"},
               {"replace": "(h == 0)", "by": "(h.abs() < 1e-12)"}])

mistake(STATISTICS, """Your layer_statistics divides the number of dead units by the width of the batch x.
    The units of a layer are as many as its outputs: take the width of its own activations.""",
        name="divides_by_the_width_of_x", replace="(h == 0).all(dim=0).to(h.dtype).mean()",
        by="(h == 0).all(dim=0).to(h.dtype).sum() / x.shape[1]")

mistake(STATISTICS, """Your layer_statistics computes the variance as the mean of the squares minus the
    square of the mean. Where the mean is large beside the spread these are two large numbers, nearly equal, and of their
    difference no digit is left. Take the mean off first, and square what remains.""",
        name="subtracts_the_squared_mean", replace="h.std(correction=0)", by="(h.square().mean() - h.mean() ** 2).sqrt()",
        forms=[{"replace": "h.std(correction=0)", "by": "(h.square().mean() - h.mean() ** 2).clamp(min=0).sqrt()"}])
