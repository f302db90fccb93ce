"""What learners get wrong in `rmsprop`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

TARGET = "rmsprop.RMSprop.update"
SQUARES = 'd = state["square_avg"].lerp_(g.square(), 1 - alpha)'
MEAN = 'm = state["grad_avg"].lerp_(g, 1 - alpha)'
VARIANCE = "d = (d - m.square()).clamp(min=0)"
GRADIENT = 'g = p.grad + group["weight_decay"] * p'
BLOCK = f"""{SQUARES}          # v <- α v + (1 - α) g²
            if group["centered"]:
                {MEAN}                 # m <- α m + (1 - α) g
                {VARIANCE}                         # never below 0 but by rounding"""
STEP = 'step = g / (d.sqrt() + group["eps"])                          # a new tensor: the averages are kept as they are'
VELOCITY = 'step = state["momentum_buffer"].mul_(momentum).add_(step)'
MOVE = "p -= lr * step"

# ── the average and its root ────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your RMSprop adds eps under the root. The root is taken first and eps added to it: under the root, an eps
    of 1e-8 keeps the root above 1e-4, and small gradients are divided by far too much.""", name="eps_under_the_root",
        replace="(d.sqrt() + group[\"eps\"])", by="(d + group[\"eps\"]).sqrt()")

mistake(TARGET, """Your RMSprop takes the larger of the root and eps. Here eps is added to the root, whichever is larger.""",
        name="takes_the_larger_of_root_and_eps", replace="(d.sqrt() + group[\"eps\"])", by="d.sqrt().clamp(min=group[\"eps\"])")

mistake(TARGET, """Your RMSprop divides by the mean square without its root. A gradient ten times as large then makes steps of
    a tenth; divided by the root, the steps are of the same size for both.""", name="forgets_the_root",
        replace="d.sqrt()", by="d")

mistake(TARGET, """Your RMSprop adds all squares up, as Adagrad does, and its steps become shorter and shorter. Here the old
    average is multiplied by alpha and the new square by 1 - alpha, so that old gradients are forgotten.""",
        name="adds_all_squares_up", replace=SQUARES, by='d = state["square_avg"].add_(g.square())')

mistake(TARGET, """The average of the squares in your RMSprop takes the new square in whole. In a moving average the weights sum
    to 1: alpha for the old average, 1 - alpha for the new square.""", name="takes_the_square_in_whole",
        replace=SQUARES, by='d = state["square_avg"].mul_(alpha).add_(g.square())')

mistake(TARGET, """Your RMSprop has alpha and 1 - alpha the wrong way round in the average of the squares: alpha belongs to the
    old average, so that an alpha of 0.99 remembers long.""", name="swaps_alpha_and_its_rest", replace=SQUARES,
        by='d = state["square_avg"].lerp_(g.square(), alpha)',
        forms=[{"replace": SQUARES, "by": 'd = state["square_avg"].mul_(1 - alpha).addcmul_(g, g, value=alpha)'}])

mistake(TARGET, """Your RMSprop takes the root of the average in place, so what is kept is the root, and the next step
    averages squares into it. `sqrt()` leaves the average as it is; `sqrt_()` does not.""",
        name="takes_the_root_in_place", replace="d.sqrt()", by="d.sqrt_()")

mistake(TARGET, """Your RMSprop divides by the average as it was before this step's square went in. In the first step that is
    0, and the step is the gradient over eps. The average takes the new square in first.""",
        name="divides_by_the_average_before", replace=SQUARES, by="""d = state["square_avg"].clone()
            state["square_avg"].lerp_(g.square(), 1 - alpha)""")

mistake(TARGET, """Your RMSprop divides the average by 1 - αᵗ, which corrects for its start at 0. That is a good idea, and
    Adam's: RMSProp uses the average as it is.""", name="corrects_for_the_start", replace="d.sqrt()",
        by='(d / (1 - alpha ** state["step"])).sqrt()')

mistake(TARGET, """Your RMSprop keeps a single average for a whole tensor. Each number has its own: that is how a steep
    coordinate and a flat one come to steps of the same size.""", name="averages_over_the_tensor",
        replace="g.square(), 1", by="g.square().mean().expand_as(g), 1")

# ── centred ─────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """The centred form of your RMSprop subtracts the mean of the gradients and not its square. A variance is the
    mean of the squares less the square of the mean.""", name="forgets_to_square_the_mean",
        replace="m.square()", by="m")

mistake(TARGET, """The centred form of your RMSprop takes the root of a variance below 0, which is NaN. The two averages are
    rounded one by one, so where the gradient hardly varies their difference can fall below 0: let such a one count as
    0.""", name="takes_the_root_of_a_negative_variance", replace=VARIANCE, by="d = d - m.square()",
        forms=[{"replace": VARIANCE, "by": "d = d.addcmul(m, m, value=-1)"}])

mistake(TARGET, """The centred form of your RMSprop changes the average of the squares itself when it subtracts the square of
    the mean. The next step needs the average as it was: let the variance be a tensor of its own.""",
        name="subtracts_from_the_average_itself", replace=VARIANCE, by="d = d.sub_(m.square()).clamp_(min=0)",
        forms=[{"replace": VARIANCE, "by": "d -= m.square()\n                d.clamp_(min=0)"}])

mistake(TARGET, """The centred form of your RMSprop averages squares of the gradient less its mean. "square_avg" averages the
    squares of the gradient itself, and the square of the mean is subtracted after it.""",
        name="averages_centred_squares", replace=BLOCK, by="""if group["centered"]:
                m = state["grad_avg"].lerp_(g, 1 - alpha)
                d = state["square_avg"].lerp_((g - m).square(), 1 - alpha)
            else:
                d = state["square_avg"].lerp_(g.square(), 1 - alpha)""",
        forms=[{"replace": BLOCK, "by": """if group["centered"]:
                d = state["square_avg"].lerp_((g - state["grad_avg"]).square(), 1 - alpha)
                state["grad_avg"].lerp_(g, 1 - alpha)
            else:
                d = state["square_avg"].lerp_(g.square(), 1 - alpha)"""}])

mistake(TARGET, """The centred form of your RMSprop also takes the mean off the gradient that it steps along. Only the
    divisor is centred: without its mean a gradient says nothing about the way down.""", name="centres_the_step_too",
        replace=VARIANCE, by=VARIANCE + "\n                g = g - m")

mistake(TARGET, """The centred form of your RMSprop raises small variances to eps. eps is added to the root, and not a floor
    under the variance, where 1e-8 acts like 1e-4: only a variance below 0 counts as another, as 0.""",
        name="raises_variances_to_eps", replace=VARIANCE, by='d = (d - m.square()).clamp(min=group["eps"])')

# ── momentum ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your RMSprop multiplies by the learning rate before the step goes into the velocity. When the rate
    changes, the steps taken before keep the old one; and the velocity that is saved is another number than PyTorch's. The
    rate multiplies the velocity, last of all.""", name="puts_the_rate_into_the_velocity",
        replace=f"{VELOCITY}\n            {MOVE}",
        by="""p -= state["momentum_buffer"].mul_(momentum).add_(step, alpha=lr)
            else:
                p -= lr * step""")

mistake(TARGET, """The velocity of your RMSprop is a moving average, with 1 - momentum before the new step. Here the whole
    step is added to momentum times the velocity.""", name="averages_the_velocity", replace=VELOCITY,
        by='step = state["momentum_buffer"].mul_(momentum).add_(step, alpha=1 - momentum)',
        forms=[{"replace": VELOCITY, "by": 'step = state["momentum_buffer"].lerp_(step, 1 - momentum)'}])

mistake(TARGET, """The velocity of your RMSprop sums raw gradients, and the sum is divided by today's root. Each gradient is
    divided by the root of its own step, and what comes out goes into the velocity.""", name="divides_the_velocity",
        replace=f"{STEP}\n            if momentum:\n                {VELOCITY}", by="""if momentum:
                g = state["momentum_buffer"].mul_(momentum).add_(g)
            step = g / (d.sqrt() + group["eps"])""")

# ── weight decay ────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Weight decay acts on the parameters directly in your RMSprop, past the average, as in AdamW. Here it is
    part of the gradient, λ p is added to it, and so is divided by the root as well.""", name="decouples_weight_decay",
        replace=GRADIENT, by='p.mul_(1 - lr * group["weight_decay"])\n            g = p.grad')

mistake(TARGET, """Your RMSprop adds the weight decay to the gradient after its square went into the average. The decay is
    part of the gradient, in the averages too.""", name="decays_after_the_average", replace=SQUARES,
        by='d = state["square_avg"].lerp_(p.grad.square(), 1 - alpha)',
        forms=[{"replace": BLOCK, "by": BLOCK.replace("g.square()", "p.grad.square()").replace("lerp_(g,", "lerp_(p.grad,")}])

mistake(TARGET, """Your RMSprop adds the weight decay to `p.grad` itself. The gradient belongs to the caller, who may look at
    it or accumulate into it: `p.grad + …` is a new tensor, `+=` and `add_` change the old one.""",
        name="decays_the_gradient_itself",
        replace=GRADIENT, by='g = p.grad.add_(p, alpha=group["weight_decay"])',
        forms=[{"replace": GRADIENT, "by": 'g = p.grad\n            g += group["weight_decay"] * p'}])

mistake(TARGET, """Your RMSprop does not use `weight_decay`.""", name="forgets_weight_decay", replace=GRADIENT, by="g = p.grad")

# ── parameters, state and settings ──────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your RMSprop gives the name `p` to a new tensor, and the parameter itself stays where it was. `p -= …`, or
    `p.sub_(…)`, changes the tensor.""", name="makes_new_tensors", replace=MOVE, by="p = p - lr * step")

mistake(TARGET, """Your RMSprop puts a new tensor into `p.data`. Whoever shares the parameter's memory, as a flattened view or a
    tied weight does, keeps the old numbers: `p -= …` changes the numbers where they are.""", name="replaces_the_memory",
        replace=MOVE, by="p.data = p.data - lr * step")

mistake(TARGET, """Your RMSprop goes by the settings that its constructor was handed. Each group has its own, which a
    schedule may change from step to step: they are in `group`.""",
        name="reads_the_defaults", replace='lr, alpha, momentum = group["lr"], ',
        by='group = self.defaults\n        lr, alpha, momentum = group["lr"], ')

mistake(TARGET, """Your RMSprop does not count its steps. "step" of a parameter is the number of steps that it has taken part
    in; whoever saves and loads an optimiser finds it there.""", name="does_not_count", replace='state["step"] += 1', by="pass")

mistake("rmsprop.RMSprop", """Your RMSprop keeps one count of steps for all parameters. "step" of a parameter is the number
    of steps that this parameter has taken part in: one without a gradient is not counted on.""", name="counts_for_all",
        replace="    def update(self, params", by="""    steps = 0

    def step(self):
        super().step()
        self.steps += 1
        for state in self.state.values():
            state["step"] = self.steps

    def update(self, params""")


@mistake(TARGET, """Your RMSprop makes its averages from the shape of the parameter alone, and they come out in float32. A
    float64 parameter then has averages of half the digits, which are not what torch.optim keeps: `torch.zeros_like(p)` takes
    over the dtype.""")
def keeps_averages_in_float32(self, params, group):
    for p in params:
        state = self.state.setdefault(p, {})
        if not state:
            state["step"], state["square_avg"] = 0, torch.zeros(p.shape)
            if group["centered"]:
                state["grad_avg"] = torch.zeros(p.shape)
            if group["momentum"] != 0:
                state["momentum_buffer"] = torch.zeros(p.shape)
        state["step"] += 1
        g = p.grad
        if group["weight_decay"] != 0:
            g = g + group["weight_decay"] * p
        state["square_avg"].mul_(group["alpha"]).add_((1 - group["alpha"]) * g * g)
        d = state["square_avg"]
        if group["centered"]:
            state["grad_avg"].mul_(group["alpha"]).add_((1 - group["alpha"]) * g)
            d = (d - state["grad_avg"] ** 2).clamp(min=0)
        step = g / (d.sqrt() + group["eps"])
        if group["momentum"] != 0:
            step = state["momentum_buffer"].mul_(group["momentum"]).add_(step)
        p -= group["lr"] * step


mistake(TARGET, """Your RMSprop keeps "grad_avg" and "momentum_buffer" for every parameter. "grad_avg" is kept only where the
    group is centred and "momentum_buffer" only where its momentum is not 0: each is as large as the parameter.""",
        name="keeps_all_averages", replace="""if group["centered"]:
                    state["grad_avg"] = torch.zeros_like(p)
                if momentum:
                    state["momentum_buffer"] = torch.zeros_like(p)""", by="""state["grad_avg"] = torch.zeros_like(p)
                state["momentum_buffer"] = torch.zeros_like(p)""")

mistake(TARGET, """Your RMSprop keeps its averages under the place of a parameter among `params`. That place changes when
    another parameter has no gradient, and each group counts anew: `self.state` is a dict with the parameters themselves as
    keys.""",
        name="keeps_state_by_place", replace="for p in params:\n            state = self.state.setdefault(p, {})",
        by="for place, p in enumerate(params):\n            state = self.state.setdefault(place, {})")
