"""What learners get wrong in `race`, and what to tell them. A form is judged by the whole race, so there are few."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

MOVE = """p -= group["lr"] * ahead / size"""
OWN = "state, g = self.state[p], p.grad"


def hides_a_factor(self, params, group):
    for p in params:
        p -= 2 * group["lr"] * p.grad


@mistake("race.Mine.update", """Your update is plain gradient descent, with a factor in it or without: nothing is
    remembered. A factor only moves the grid of the rates, and SGD has been tuned on a finer one already. What helps is
    memory: along a flat valley the gradients agree for many steps, and across it they alternate.""", forms=[hides_a_factor])
def plain_sgd(self, params, group):
    for p in params:
        p -= group["lr"] * p.grad


@mistake("race.Mine.update", """Your update steps along the mean of the last two gradients. Along a flat valley both are
    the same, so its steps get no longer there than those of gradient descent. To gather speed, let the memory reach over
    many steps and add up what it finds.""")
def averages_two(self, params, group):
    for p in params:
        before = self.state.get(p, {}).get("before", p.grad)
        p -= group["lr"] * (p.grad + before) / 2
        self.state[p] = {"before": p.grad.clone()}


@mistake("race.Mine.update", """Your update steps by the signs of the gradients. All its steps have the same length, so it
    cannot come to rest at a minimum: it jumps to and fro, at a distance of about the rate.""")
def steps_by_signs(self, params, group):
    for p in params:
        p -= group["lr"] * p.grad.sign()


@mistake("race.Mine.update", """Your update divides each gradient by its own length. Such a step is as long at the minimum
    as far from it, and along a valley it has no memory of where it came from.""")
def divides_by_the_length(self, params, group):
    for p in params:
        p -= group["lr"] * p.grad / (p.grad.norm() + 1e-8)


mistake("race.Mine.update", """Your update goes uphill. The gradient points to where the loss grows: a step goes against
    it.""", name="goes_uphill", replace=MOVE, by=MOVE.replace("-=", "+="))

mistake("race.Mine.update", """Your update moves at a rate of 0: it ignores the rate, or a part of it does. `group["lr"]` has to
    scale the whole step, or nobody can tune the optimiser, and a schedule has no effect.""", name="ignores_lr",
        replace=MOVE, by="p -= 0.1 * ahead / size")

mistake("race.Mine.update", """Your first step is less than twice as long at twice the rate: something in the update bends
    it, such as a decay lr / (1 + lr t). Let `lr` be a factor of the step, and everything else independent of it.""",
        name="bends_the_rate", replace=MOVE, by="""p -= group["lr"] / (1 + group["lr"]) * ahead / size""")

mistake("race.Mine.update", """Your update takes the rate that the optimiser was made with, from `self.defaults` or from an
    attribute of its own. A group may have another rate, and a schedule changes it there: take `group["lr"]`.""",
        name="takes_the_default_rate",
        replace=MOVE, by="""p -= self.defaults["lr"] * ahead / size""")

mistake("race.Mine.update", """Your update moves no tensor: `p = p - …` gives the name p to a new one. Change the parameter
    in place, with `p -= …`.""", name="moves_new_tensors", replace=MOVE, by="""p = p - group["lr"] * ahead / size""")

mistake("race.Mine.update", """Your update shares what it remembers between parameters of the same shape. Each parameter has
    a state of its own, `self.state[p]`.""", name="shares_state", replace=OWN,
        by="state, g = self.state[next(q for q in params if q.shape == p.shape)], p.grad")

@mistake("race.Mine.update", """Your update keeps a number for all parameters together, such as a count of steps. It is called
    once for each group, and a parameter without a gradient is not among `params`: a count runs ahead of the parameter's own
    steps, and a bias correction by it is wrong. Keep such numbers in `self.state[p]`.""")
def counts_once_for_all(self, params, group):
    b1, b2, eps = 0.9, 0.99, 1e-8
    first = self.state.setdefault(self.param_groups[0]["params"][0], {})
    first["step"] = t = first.get("step", 0) + 1
    for p in params:
        state, g = self.state.setdefault(p, {}), p.grad
        if "exp_avg" not in state:
            state.update({"exp_avg": torch.zeros_like(p), "square_avg": torch.zeros((), dtype=p.dtype)})
        m, v = state["exp_avg"], state["square_avg"]
        m += (1 - b1) * (g - m)
        v += (1 - b2) * (g.square().mean() - v)
        p -= group["lr"] * (b1 * m / (1 - b1 ** t) + (1 - b1) * g) / ((v / (1 - b2 ** t)).sqrt() + eps)


mistake("race.Mine.update", """Your update takes a number from the gradients of all parameters of the group, such as one
    scale for all. Then a parameter moves otherwise as soon as another one joins or has no gradient. Compute what a parameter
    needs from its own gradients.""", name="one_scale_for_the_group", replace="(g.square().mean() - v)",
        by="(sum(q.grad.square().sum() for q in params) / sum(q.numel() for q in params) - v)")

mistake("race.Mine.update", """Your update remembers outside of `self.state`. `state_dict` does not save it, so a training
    that is resumed begins with nothing: keep it in `self.state[p]`.""", name="remembers_elsewhere",
        replace='b1, b2, eps = 0.9, 0.99, 1e-8\n        for p in params:\n            if p not in self.state:\n'
        '                self.state[p] = {"step": 0, "exp_avg": torch.zeros_like(p), "square_avg": torch.zeros((), dtype=p.dtype)}\n'
        f"            {OWN}",
        by='b1, b2, eps = 0.9, 0.99, 1e-8\n        kept = vars(self).setdefault("kept", {})\n        for p in params:\n'
        '            state, g = kept.setdefault(p, {"step": 0, "exp_avg": torch.zeros_like(p), '
        '"square_avg": torch.zeros((), dtype=p.dtype)}), p.grad')

mistake("race.Mine.update", """Your update divides 0 by 0 where all gradients of a parameter have been 0, and the parameter
    becomes NaN. Add a small number to the divisor.""", name="divides_by_zero", replace=" + eps", by="")

mistake("race.Mine.update", """Your update flattens a tensor with `view`, which raises an error where its numbers do not lie
    row by row. `reshape(-1)` may give a copy there, and a step on a copy moves nothing: compute with the tensors as they
    are.""", name="flattens_with_view", replace=MOVE, by="""p.view(-1).sub_((group["lr"] * ahead / size).reshape(-1))""")

mistake("race.Mine.update", """Your update changes the gradients. They belong to the caller, who may want to log or clip
    them, or add further ones to them: compute with new tensors.""", name="changes_gradients", replace=OWN,
        by="state, g = self.state[p], p.grad.mul_(0.5)")

mistake("race.Mine.update", """Your update keeps `p.grad` itself in the state. The caller may write other numbers into that
    tensor after the step, and then these are what you remember: keep `p.grad.clone()`.""", name="keeps_the_gradient",
        replace=MOVE, by="""p -= group["lr"] * (ahead + 0.1 * (state.get("last", g) - g)) / size
            state["last"] = g""")

mistake("race.Mine.update", """Your update moves parameters whose gradients have all been 0, as a weight decay does. Here
    only gradients move a parameter.""", name="moves_without_gradients", replace=MOVE,
        by="""p -= group["lr"] * (ahead / size + 0.001 * p)""")

mistake("race.Mine.update", """Your update draws random numbers, so no run can be repeated.""", name="draws_random_numbers",
        replace=MOVE, by="""p -= group["lr"] * (ahead + 1e-6 * ahead.abs() * torch.rand(p.shape, dtype=p.dtype)) / size""")
