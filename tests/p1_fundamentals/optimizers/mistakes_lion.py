"""What learners get wrong in `lion`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

UPDATE, INIT = "lion.Lion.update", "lion.Lion.__init__"
MIX, RENEW = "c = beta1 * m + (1 - beta1) * p.grad ", "m.mul_(beta2).add_(p.grad, alpha=1 - beta2)"
MOVE = 'p.sub_(c.sign() + group["weight_decay"] * p, alpha=group["lr"])'

mistake(UPDATE, """Your Lion goes uphill: it adds the sign. Where the gradient is positive, the parameter is to become
    smaller.""",
        name="goes_uphill", replace=MOVE, by='p.add_(c.sign() - group["weight_decay"] * p, alpha=group["lr"])')


@mistake(UPDATE, """Your Lion renews the average first and mixes with the new one. The newest gradient then counts twice: the
    mixture is made with the average of before this step.""")
def renews_the_average_first(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        state = self.state.setdefault(p, {})
        if not state:
            state["exp_avg"] = torch.zeros_like(p)
        m = state["exp_avg"]
        m.mul_(beta2).add_(p.grad, alpha=1 - beta2)
        c = beta1 * m + (1 - beta1) * p.grad
        p.sub_(c.sign() + group["weight_decay"] * p, alpha=group["lr"])


mistake(UPDATE, """Your Lion goes by the sign of the gradient alone. The average of earlier gradients takes part with the
    weight beta1.""", name="goes_by_the_gradient", replace="c.sign()", by="p.grad.sign()")

mistake(UPDATE, """Your Lion goes by the sign of the old average, and the newest gradient has no say in its own step. The sign
    is that of the mixture.""", name="goes_by_the_average", replace="c.sign()", by="m.sign()")

mistake(UPDATE, """Your Lion has the betas the wrong way round. The first mixes for the sign, the second renews the average,
    which has the longer memory.""", name="swaps_the_betas", replace="beta1, beta2 = group", by="beta2, beta1 = group")

mistake(UPDATE, """Your Lion keeps the mixture as the average. There are two: one with beta1 for the sign, which is forgotten,
    and one with beta2, which is kept.""", name="keeps_the_mixture", replace=RENEW, by="m.copy_(c)",
        forms=[{"replace": RENEW, "by": "m.mul_(beta1).add_(p.grad, alpha=1 - beta1)"}])

mistake(UPDATE, """Your Lion makes the mixture in the tensor of the average itself. What was remembered is lost by that, and
    the average is renewed from the mixture: make a new tensor.""", name="mixes_in_place", replace=MIX,
        by="c = m.mul_(beta1).add_(p.grad, alpha=1 - beta1) ")

mistake(UPDATE, """Your Lion weighs the gradient whole, as a velocity does. Both are averages: it enters times 1 - beta.""",
        name="sums_up", replace=MIX, by="c = beta1 * m + p.grad ", forms=[{"replace": "alpha=1 - beta2", "by": "alpha=1"}])

mistake(UPDATE, """Your average starts as the first gradient. It starts at zeros, and the first gradient enters it times 1 -
    beta2.""",
        name="starts_with_the_gradient", replace="torch.zeros_like(p)", by="p.grad.clone()")

def decays_in_the_gradient(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        g = p.grad + group["weight_decay"] * p
        m = self.state.setdefault(p, {}).setdefault("exp_avg", torch.zeros_like(p))
        c = beta1 * m + (1 - beta1) * g
        p.sub_(c.sign(), alpha=group["lr"])
        m.mul_(beta2).add_(g, alpha=1 - beta2)


mistake(UPDATE, """Your Lion has the weight decay under the sign. Only a sign comes out of that, whatever the size of the
    parameter: it is decoupled, and acts on the parameter itself, by lr times weight_decay.""", name="couples_the_decay",
        replace=MOVE, by='p.sub_((c + group["weight_decay"] * p).sign(), alpha=group["lr"])', forms=[decays_in_the_gradient])

mistake(UPDATE, """Your Lion takes weight_decay times the parameter off, without lr. A schedule that lowers lr would leave the
    decay as it is: it is lr times weight_decay.""", name="decays_without_the_rate", replace=MOVE,
        by='p.mul_(1 - group["weight_decay"]).sub_(c.sign(), alpha=group["lr"])')

mistake(UPDATE, """Your weight decay acts on the parameter that has moved already. It is that of the parameter before the
    step: decay first, or compute both from the same value.""", name="decays_after_the_step", replace=MOVE,
        by='p.sub_(c.sign(), alpha=group["lr"]).mul_(1 - group["lr"] * group["weight_decay"])')

mistake(UPDATE, """Your Lion has no weight decay. It takes lr times weight_decay times the parameter off in each step.""",
        name="forgets_the_decay", replace='c.sign() + group["weight_decay"] * p', by="c.sign()")

mistake(UPDATE, """Your Lion divides by the absolute value, and that is 0 / 0 where the mixture is 0: the parameter becomes
    NaN. The sign of 0 is 0, as `sign` has it.""", name="divides_by_zero", replace="c.sign()", by="c / c.abs()",
        forms=[{"replace": "c.sign()", "by": "c / (c * c).sqrt()"}])

mistake(UPDATE, """Your Lion moves numbers of which the mixture is 0. The sign of 0 is 0: a number whose gradient was always 0
    stays where it is.""", name="moves_at_zero", replace="c.sign()", by="torch.where(c > 0, 1.0, -1.0).to(p.dtype)",
        forms=[{"replace": "c.sign()", "by": "torch.where(c >= 0, 1.0, -1.0).to(p.dtype)"}])

mistake(UPDATE, """Your Lion goes by the settings that its constructor was handed. A group may have others, and a schedule
    sets those of the groups: read them from `group`.""",
        name="reads_the_defaults", replace="beta1, beta2 = group",
        by="group = self.defaults\n        beta1, beta2 = group")


@mistake(UPDATE, """Your Lion makes the mixture in the tensor `p.grad`, in place. The gradient belongs to the caller, who may
    look at it or go on adding to it after the step: make a new tensor.""")
def writes_into_the_gradient(self, params, group):
    beta1, beta2 = group["betas"]
    for p in params:
        m = self.state.setdefault(p, {}).setdefault("exp_avg", torch.zeros_like(p))
        old = m.clone()
        m.mul_(beta2).add_(p.grad, alpha=1 - beta2)
        c = p.grad.mul_(1 - beta1).add_(old, alpha=beta1)
        p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(c.sign_(), alpha=group["lr"])


mistake(UPDATE, """Your Lion moves a flat copy where the numbers of a parameter do not lie in order in memory, as those of a
    transpose: `reshape` and `flatten` copy there, and the parameter itself stays where it was. Change the parameter, in its
    own shape.""",
        name="moves_a_flat_copy", replace=MOVE, by="""step = c.sign() + group["weight_decay"] * p
            p.reshape(-1).sub_(step.reshape(-1), alpha=group["lr"])""")

mistake(UPDATE, """Your Lion makes a new tensor for `p.data`. The numbers come out right, but a view of the parameter, or
    whoever else holds its memory, no longer sees it move: change it in place.""", name="makes_a_new_tensor", replace=MOVE,
        by='p.data = p.data - group["lr"] * (c.sign() + group["weight_decay"] * p)')

mistake(UPDATE, """Your Lion never moves the parameters: `p = p - …` gives the name p to a new tensor. Change the tensor
    itself, with `-=` or `sub_`.""", name="moves_a_copy", replace=MOVE,
        by='new = p - group["lr"] * (c.sign() + group["weight_decay"] * p)')

mistake(INIT, """Your Lion takes betas that are not in [0, 1). With 1 the newest gradient never counts, and beyond it the
    average grows without end: refuse both betas with ValueError.""",
        name="takes_any_betas", replace="if not all(0 <= beta < 1 for beta in betas):",
        by="if False:",
        forms=[{"replace": "0 <= beta < 1", "by": "0 <= beta <= 1"}, {"replace": "0 <= beta < 1", "by": "beta < 1"}])

mistake(INIT, """Your Lion takes an lr or a weight_decay below 0. A negative rate goes uphill, and with a negative decay the
    weights grow: refuse both with ValueError.""",
        name="takes_negative_settings", replace="if lr < 0 or weight_decay < 0:", by="if False:",
        forms=[{"replace": "if lr < 0 or weight_decay < 0:", "by": "if lr < 0:"}])
