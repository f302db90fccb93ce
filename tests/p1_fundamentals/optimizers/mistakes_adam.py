"""What learners get wrong in `adam`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

TARGET = "adam.Adam.update"
MEANS = "torch._foreach_lerp_(means, grads, 1 - beta1)"
ADD_SQUARES = "torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)"
LARGEST = "torch._foreach_maximum_(largest, squares)"
LARGEST_WITH_COMMENT = f"{LARGEST}                     # w <- max(w, v)\n            squares = largest"
OLD_ROOTS = 'roots = [(1 - beta2 ** state["step"]) ** 0.5 for state in states]'
OLD_RATES = '-lr * root / (1 - beta1 ** state["step"])'
SQRT = "divisors = torch._foreach_sqrt(squares)                           # new tensors: the averages stay"
EPS = 'torch._foreach_add_(divisors, [root * group["eps"] for root in roots])'
MOVE = "torch._foreach_addcdiv_(params, means, divisors, rates)"
DECAY_OF_ADAM = "grads = torch._foreach_add(grads, params, alpha=decay)"
STATES = "states = [self.state.setdefault(p, {}) for p in params]"
COUNT = 'state["step"] = int(state["step"]) + 1'

# ── the averages and their corrections ──────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your Adam lacks a correction for the start at 0. After t steps the mean has 1 - β₁ᵗ of its right size and the
    mean square 1 - β₂ᵗ: each is divided by its own.""", name="forgets_the_correction",
        replace=f"{OLD_ROOTS}\n        rates = [{OLD_RATES} for",
        by="roots = [1.0 for state in states]\n        rates = [-lr for",
        forms=[{"replace": OLD_ROOTS, "by": "roots = [1.0 for state in states]"},
               {"replace": OLD_RATES, "by": "-lr * root"}])


def divides_by_the_factor_of_step_0(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        state = self.state.setdefault(p, {})
        if not state:
            state["step"] = 0
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(p), torch.zeros_like(p)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(p)
        g, t = p.grad, int(state["step"])
        if self.decoupled:
            p.mul_(1 - group["lr"] * group["weight_decay"])
        else:
            g = g + group["weight_decay"] * p
        m = state["exp_avg"].mul_(beta1).add_((1 - beta1) * g)
        v = state["exp_avg_sq"].mul_(beta2).add_((1 - beta2) * g ** 2)
        if group["amsgrad"]:
            v = torch.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        m_hat = m / (1 - beta1 ** t)
        v_hat = v / (1 - beta2 ** t)
        p -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])
        state["step"] = int(state["step"]) + 1


mistake(TARGET, """Your Adam corrects with the number of steps before this one. In the first step that is 0, and 1 - β⁰ is 0:
    count up first, so that t is 1 in the first step.""",
        name="counts_from_0", replace=COUNT, by='state["step"] = int(state["step"])',
        forms=[divides_by_the_factor_of_step_0])

mistake(TARGET, """Your Adam puts a corrected average back into its state, so the next step averages from it and corrects it
    again. The state keeps m and v as they are; what is corrected lives for one step.""", name="keeps_corrected_averages",
        replace=f"{OLD_ROOTS}\n        rates = [{OLD_RATES} for",
        by="""torch._foreach_div_(means, [1 - beta1 ** state["step"] for state in states])
        torch._foreach_div_(squares, [1 - beta2 ** state["step"] for state in states])
        roots = [1.0 for state in states]
        rates = [-lr for""", forms=[
            {"replace": MEANS, "by": """torch._foreach_lerp_(means, grads, 1 - beta1)
        torch._foreach_div_(means, [1 - beta1 ** state["step"] for state in states])"""}])

mistake(TARGET, """Your Adam has its two betas the wrong way round. β₁, the first of them, belongs to the mean, and β₂ to the
    mean square.""", name="swaps_the_betas", replace="(beta1, beta2), lr", by="(beta2, beta1), lr")

mistake(TARGET, """An average of your Adam has β and 1 - β the wrong way round: β belongs to the old average, so that a β near 1
    remembers long.""", name="swaps_beta_and_its_rest", replace=MEANS, by="torch._foreach_lerp_(means, grads, beta1)",
        forms=[{"replace": f"torch._foreach_mul_(squares, beta2)\n        {ADD_SQUARES}",
                "by": "torch._foreach_lerp_(squares, torch._foreach_mul(grads, grads), beta2)"}])

mistake(TARGET, """Your Adam steps along the gradient itself. The step is along the corrected mean: it is what the momentum of
    Adam consists in.""", name="steps_along_the_gradient", replace=MOVE,
        by="torch._foreach_addcdiv_(params, grads, divisors, [-lr * root for root in roots])")

mistake(TARGET, """Your Adam adds the step, and the loss grows. The gradient points uphill: the step is subtracted.""",
        name="goes_uphill", replace=OLD_RATES, by='lr * root / (1 - beta1 ** state["step"])')

# ── the divisor ─────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your Adam adds eps under the root. The root of the corrected mean square is taken first and eps added to it:
    under the root, an eps of 1e-8 acts like 1e-4.""", name="eps_under_the_root", replace=f"{SQRT}\n        {EPS}",
        by='divisors = torch._foreach_sqrt(torch._foreach_add(squares, [root * root * group["eps"] for root in roots]))')

mistake(TARGET, """Your Adam adds eps before the mean square is corrected. What it adds to the corrected root is then eps
    divided by √(1 - β₂ᵗ), thirty times as much in the first step with the default settings: correct, take the root, then add
    eps.""",
        name="eps_before_the_correction", replace=EPS, by='torch._foreach_add_(divisors, group["eps"])')

mistake(TARGET, """Your Adam divides by the mean square without its root. Gradients ten times as large then make steps of a
    tenth; divided by the root, both make steps of the same size.""", name="forgets_the_root",
        replace=f"{SQRT}\n        {EPS}",
        by='divisors = torch._foreach_add(squares, [root * root * group["eps"] for root in roots])\n'
        "        rates = [rate * root for rate, root in zip(rates, roots)]")

mistake(TARGET, """Your Adam takes the root of the mean square in place, so what it keeps is a root, and the next step averages
    squares into it. `sqrt()` makes a new tensor; `sqrt_()` does not.""", name="takes_the_root_in_place", replace=SQRT,
        by="torch._foreach_sqrt_(squares)\n        divisors = torch._foreach_add(squares, 0)",
        forms=[{"replace": SQRT, "by": "torch._foreach_sqrt_(squares)\n        divisors = squares"}])

# ── AMSGrad ─────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your AMSGrad takes the maximum of corrected mean squares. The first corrected one is g² whole, and hardly any
    later one is larger. "max_exp_avg_sq" is the maximum of v itself, and is corrected after that.""",
        name="takes_the_maximum_of_corrected_squares", replace=LARGEST_WITH_COMMENT,
        by="""factors = [1 - beta2 ** state["step"] for state in states]
            torch._foreach_maximum_(largest, torch._foreach_div(squares, factors))
            squares = torch._foreach_mul(largest, factors)""")

mistake(TARGET, """Your AMSGrad puts the maximum back into "exp_avg_sq", and the next step averages from it. The average goes on
    as without AMSGrad, and the maximum is kept beside it.""", name="averages_from_the_maximum", replace=LARGEST,
        by="torch._foreach_maximum_(largest, squares)\n            torch._foreach_copy_(squares, largest)")

mistake(TARGET, """Your AMSGrad does not correct the largest mean square for its start at 0. The paper does without it; here, as
    in PyTorch, it is divided by 1 - β₂ᵗ as v is.""", name="does_not_correct_the_maximum", replace=OLD_ROOTS,
        by='roots = [1.0 if group["amsgrad"] else (1 - beta2 ** state["step"]) ** 0.5 for state in states]')

mistake(TARGET, """Your Adam makes nothing of `amsgrad`: with it, the divisor is the root of the largest mean square so far.""",
        name="divides_by_the_present_square", replace="            squares = largest", by="            pass")

mistake(TARGET, """In your AMSGrad "max_exp_avg_sq" and "exp_avg_sq" are one tensor, so when the average falls, the maximum
    falls with it. The maximum is a tensor of its own: it begins as zeros, or as a `clone` of the first average.""",
        name="takes_the_average_for_the_maximum", replace='state["max_exp_avg_sq"] = torch.zeros_like(p)',
        by='state["max_exp_avg_sq"] = state["exp_avg_sq"]')

mistake(TARGET, """Your Adam keeps "max_exp_avg_sq" for every parameter. It is as large as the parameter, and is kept only where
    the group has `amsgrad`.""", name="keeps_the_maximum_always", replace='if group["amsgrad"]:\n                    state',
        by="if True:\n                    state")

# ── weight decay ────────────────────────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Weight decay acts on the parameters themselves in your Adam, as it does in AdamW. In Adam it is part of the
    gradient: λp is added to it, and goes into both averages.""", name="decouples_in_adam",
        replace="if decay and self.decoupled:", by="if decay:")

mistake(TARGET, """In your AdamW weight decay is part of the gradient, as it is in Adam, and is divided by the same root. AdamW
    takes it out of the averages: they see the gradient alone, and p is multiplied by 1 - ηλ.""", name="does_not_decouple",
        replace="decay and self.decoupled", by="False")

mistake(TARGET, """Your AdamW decays by λ, whatever the learning rate. The factor is 1 - ηλ: a schedule that lowers the rate
    lowers the decay with it.""", name="decays_without_the_rate", replace="1 - lr * decay", by="1 - decay")


def decays_after_the_step(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        state = self.state.setdefault(p, {})
        if not state:
            state["step"] = 0
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(p), torch.zeros_like(p)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(p)
        state["step"] = int(state["step"]) + 1
        g, t = p.grad, state["step"]
        if not self.decoupled:
            g = g + group["weight_decay"] * p
        m = state["exp_avg"].mul_(beta1).add_((1 - beta1) * g)
        v = state["exp_avg_sq"].mul_(beta2).add_((1 - beta2) * g ** 2)
        if group["amsgrad"]:
            v = torch.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        p -= group["lr"] * (m / (1 - beta1 ** t)) / ((v / (1 - beta2 ** t)).sqrt() + group["eps"])
        if self.decoupled:
            p -= group["lr"] * group["weight_decay"] * p


mistake(TARGET, """Your AdamW decays the parameter after it has moved, and so makes the step smaller as well. It is p as it was
    before the step that is multiplied by 1 - ηλ.""")(decays_after_the_step)

mistake(TARGET, """Your Adam adds the weight decay to `p.grad` itself. The gradient belongs to the caller, who may look at it or
    accumulate into it: `p.grad + …` is a new tensor, `+=` and `add_` change the old one.""", name="decays_the_gradient_itself",
        replace=DECAY_OF_ADAM, by="torch._foreach_add_(grads, params, alpha=decay)")

mistake(TARGET, """One of the two averages of your Adam sees the gradient without the weight decay. In Adam the decay is part of
    the gradient wherever that stands, in the mean and in the mean square.""", name="decays_one_average",
        replace=ADD_SQUARES, by="raw = [p.grad for p in params]\n        torch._foreach_addcmul_(squares, raw, raw, 1 - beta2)",
        forms=[{"replace": MEANS, "by": "torch._foreach_lerp_(means, [p.grad for p in params], 1 - beta1)"}])

# ── parameters, state and settings ──────────────────────────────────────────────────────────────────────────────

mistake(TARGET, """Your Adam counts the steps for all parameters together. Each has its own t, under "step" in its state: one
    that joins later, or goes on from a saved state, is corrected by another power than the rest.""",
        name="counts_for_all_together",
        replace=COUNT, by="""state["step"] = group["steps"] = group.get("steps", 0) + (p is params[0])""",
        forms=[{"replace": COUNT, "by": """self.steps = getattr(self, "steps", 0) + (p is params[0])
            state["step"] = self.steps"""},
               {"replace": COUNT, "by": """first = next(each for each in self._params() if each.grad is not None)
            loaded = max(int(each.get("step", 0)) for each in self.state.values())
            self.steps = getattr(self, "steps", loaded) + (p is first)
            state["step"] = self.steps"""}])

mistake(TARGET, """Your Adam passes over a parameter whose gradient is all zeros. Zeros are a gradient: the step counts, both
    averages fade, and the parameter goes on along its mean. Only a gradient of None takes no part.""",
        name="passes_over_zeros",
        replace=STATES, by=f"""params = [p for p in params if torch.count_nonzero(p.grad)]
        if not params:
            return
        {STATES}""")

mistake(TARGET, """Your Adam makes new tensors, and the parameters stay where they are. `p -= …`, `p.addcdiv_(…)` and the
    functions of lists that end in an underscore change the tensor that is there.""", name="makes_new_tensors", replace=MOVE,
        by="params = torch._foreach_addcdiv(params, means, divisors, rates)")

mistake(TARGET, """Your Adam puts a new tensor into `p.data`. Whoever shares the parameter's memory, as a tied weight or a
    flattened view does, keeps the old numbers: change the numbers where they are.""", name="replaces_the_memory", replace=MOVE,
        by="""for p, moved in zip(params, torch._foreach_addcdiv(params, means, divisors, rates)):
            p.data = moved""")

mistake(TARGET, """Your Adam takes its settings from `self.defaults`. Each group has its own, which a schedule may change from
    step to step: they are in `group`.""", name="reads_the_defaults", replace="(beta1, beta2), lr",
        by="group = self.defaults\n        (beta1, beta2), lr")

mistake(TARGET, """"step" in your state is no int. It is the number of steps that this parameter has taken part in, as a Python
    int.""",
        name="counts_in_floats", replace=COUNT, by='state["step"] = float(state["step"]) + 1.0')


def keeps_the_tensor_that_was_loaded(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        state = self.state.setdefault(p, {})
        if not state:
            state["step"] = 0
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(p), torch.zeros_like(p)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(p)
        state["step"] += 1
        g, t = p.grad, state["step"]
        if self.decoupled:
            p.mul_(1 - group["lr"] * group["weight_decay"])
        else:
            g = g + group["weight_decay"] * p
        m = state["exp_avg"].mul_(beta1).add_((1 - beta1) * g)
        v = state["exp_avg_sq"].mul_(beta2).add_((1 - beta2) * g ** 2)
        if group["amsgrad"]:
            v = torch.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        p -= group["lr"] * (m / (1 - beta1 ** t)) / ((v / (1 - beta2 ** t)).sqrt() + group["eps"])


mistake(TARGET, """Your Adam goes on with the "step" that was loaded, whatever it is. `torch.optim` saves a tensor of one
    number in float32: powers of it have seven digits, and functions of lists may refuse it. Take `int(state["step"])`.""",
        name="keeps_the_tensor_that_was_loaded", replace=COUNT, by='state["step"] += 1',
        forms=[keeps_the_tensor_that_was_loaded])
