"""What learners get wrong in `sgd`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

UPDATE, INIT = "sgd.SGD.update", "sgd.SGD.__init__"
MOVE, GROW = 'p.sub_(g, alpha=group["lr"])', 'state["momentum_buffer"].mul_(momentum).add_(g, alpha=1 - group["dampening"])'
LOOK, DECAY = 'g = g + momentum * b if group["nesterov"] else b', "g = g + decay * p "

mistake(UPDATE, """Your SGD goes uphill: it adds the step. The gradient points to where the loss grows.""", name="goes_uphill",
        replace=MOVE, by='p.add_(g, alpha=group["lr"])',
        forms=[{"replace": MOVE, "by": 'p += group["lr"] * g'}])

mistake(UPDATE, """Your SGD weighs the gradient by 1 - momentum, as an average would. The velocity is a sum: without dampening
    the gradient enters it whole.""", name="averages", replace=GROW,
        by='state["momentum_buffer"].mul_(momentum).add_(g, alpha=1 - momentum)')

mistake(UPDATE, """Your velocity starts at zeros, and the first gradient enters it dampened. At a parameter's first step the
    velocity is the gradient itself; only later ones are dampened.""", name="starts_at_zeros",
        replace='state["momentum_buffer"] = torch.clone(g) ',
        by='state["momentum_buffer"] = (1 - group["dampening"]) * g ')


@mistake(UPDATE, """Your SGD asks once, for all parameters, whether this is the first step. A parameter may get its first
    gradient later, or momentum may be switched on later, and its velocity then begins with the whole gradient too: look
    whether this parameter has a velocity.""")
def asks_once_for_the_first_step(self, params, group):
    begun = self.__dict__.setdefault("begun", set())
    first, momentum = id(group) not in begun, group["momentum"]
    begun.add(id(group))
    for p in params:
        g = p.grad + group["weight_decay"] * p
        if momentum != 0:
            b = self.state.setdefault(p, {}).setdefault("momentum_buffer", torch.zeros_like(p))
            b.mul_(momentum).add_(g, alpha=1 if first else 1 - group["dampening"])
            g = g + momentum * b if group["nesterov"] else b
        p.sub_(g, alpha=group["lr"])


mistake(UPDATE, """Your SGD has no dampening in its velocity. From a parameter's second step on the gradient enters it times 1
    - dampening.""", name="forgets_the_dampening", replace='alpha=1 - group["dampening"]', by="alpha=1")

mistake(UPDATE, """Your SGD multiplies the gradient by the dampening itself. It is what is taken away: the gradient enters the
    velocity times 1 - dampening.""", name="multiplies_by_the_dampening", replace='alpha=1 - group["dampening"]',
        by='alpha=group["dampening"] or 1')

mistake(UPDATE, """Your SGD keeps the tensor `p.grad` as the velocity, and not a copy. The velocity changes when the gradient
    is filled anew, and the gradient when the velocity grows: copy it with `clone`.""", name="keeps_the_gradient_itself",
        replace="torch.clone(g) ", by="g ", forms=[{"replace": "torch.clone(g) ", "by": "g.detach() "}])

mistake(UPDATE, """Your SGD adds the weight decay to `p.grad` itself, in place. The gradient belongs to the caller, and where
    it is not cleared it decays twice: compute a new tensor, `g = g + …`.""", name="decays_in_the_gradient", replace=DECAY,
        by="g += decay * p ", forms=[{"replace": DECAY, "by": "g.add_(p, alpha=decay) "}])

def decays_after_the_velocity(self, params, group):
    momentum = group["momentum"]
    for p in params:
        g = p.grad
        if momentum != 0:
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = g.clone()
            else:
                state["momentum_buffer"].mul_(momentum).add_(g, alpha=1 - group["dampening"])
            b = state["momentum_buffer"]
            g = g + momentum * b if group["nesterov"] else b
        p.sub_(g + group["weight_decay"] * p, alpha=group["lr"])


mistake(UPDATE, """Your weight decay acts beside the velocity, as in AdamW. Here it is a part of the gradient, before anything
    else, and so it enters the velocity and fades in it.""", name="decouples_the_decay", replace=DECAY,
        by='p.mul_(1 - group["lr"] * decay) ', forms=[decays_after_the_velocity])

mistake(UPDATE, """Your SGD takes the weight decay off the gradient. It is added: the step then goes towards zero.""",
        name="decays_away_from_zero", replace=DECAY, by="g = g - decay * p ")

mistake(UPDATE, """Your Nesterov step goes by the velocity alone. That is the plain form: the look ahead is gradient +
    momentum times velocity.""", name="forgets_nesterov", replace=LOOK, by="g = b")

mistake(UPDATE, """Your Nesterov step takes momentum times the velocity and leaves the gradient out. It counts once in the
    velocity, faded, and once by itself.""", name="nesterov_without_the_gradient", replace=LOOK,
        by='g = momentum * b if group["nesterov"] else b')

mistake(UPDATE, """Your Nesterov step adds the whole velocity to the gradient. One step ahead it has faded once more: momentum
    times the velocity.""", name="nesterov_without_fading", replace=LOOK, by='g = g + b if group["nesterov"] else b')

mistake(UPDATE, """Your Nesterov step is computed in place, in the velocity. What is kept is then the step, with its look ahead,
    and the next one begins from that: make a new tensor for the direction.""", name="keeps_nesterovs_step", replace=LOOK,
        by='g = b.mul_(momentum).add_(g) if group["nesterov"] else b')

mistake(UPDATE, """Your SGD takes the Nesterov step always. Without `nesterov` the step goes by the velocity.""",
        name="always_nesterov", replace=LOOK, by="g = g + momentum * b")

@mistake(UPDATE, """Your velocity holds the learning rate already. While lr is constant nobody can tell from the parameters,
    but when a schedule changes it, earlier gradients still move by the old one, and the state is not that of torch.optim.
    Multiply by lr when the parameter is moved.""")
def multiplies_too_early(self, params, group):
    momentum = group["momentum"]
    for p in params:
        step = group["lr"] * (p.grad + group["weight_decay"] * p)
        if momentum != 0:
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = step.clone()
            else:
                state["momentum_buffer"].mul_(momentum).add_(step, alpha=1 - group["dampening"])
            b = state["momentum_buffer"]
            step = step + momentum * b if group["nesterov"] else b
        p -= step


mistake(UPDATE, """Your SGD goes by the settings that its constructor was handed. A group may have others, and a schedule
    sets those of the groups: read them from `group`.""",
        name="reads_the_defaults", replace='momentum, decay = group["momentum"], group["weight_decay"]',
        by='group = self.defaults\n        momentum, decay = group["momentum"], group["weight_decay"]')

mistake(UPDATE, """Your SGD keeps a velocity where the momentum is 0. Nobody reads it, and it takes as much memory as the
    parameters: a parameter has a state only once it was moved with momentum.""", name="keeps_state_without_momentum",
        replace="if momentum != 0:", by="if True:")

mistake(UPDATE, """Your SGD drops the velocity where the momentum is set to 0. It stays in the state as it is, and goes on when
    there is momentum again.""", name="drops_the_velocity", replace="if momentum != 0:",
        by="if momentum == 0:\n                self.state.pop(p, None)\n            else:")

mistake(UPDATE, """Your SGD has one velocity for all parameters of a group. Each parameter has its own, in the state under its
    own tensor.""", name="shares_a_velocity", replace="state = self.state.setdefault(p, {})",
        by="state = self.state.setdefault(p, self.state.get(params[0], {}))")

mistake(UPDATE, """Your SGD makes a new tensor for `p.data`. The numbers come out right, but a view of the parameter, or
    whoever else holds its memory, no longer sees it move: change it in place.""", name="makes_a_new_tensor", replace=MOVE,
        by='p.data = p.data - group["lr"] * g')

mistake(UPDATE, """Your SGD never moves the parameters: `p = p - …` gives the name p to a new tensor. Change the tensor
    itself, with `-=` or `sub_`.""", name="moves_a_copy", replace=MOVE, by='p = p - group["lr"] * g')


@mistake(INIT, """Your SGD looks at the settings of each group. Only those that the constructor is handed count here: with
    nesterov, one group may have the momentum 0, and plain steps.""")
def checks_the_groups(self, params, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov))
    for group in self.param_groups:
        if min(group["lr"], group["momentum"], group["weight_decay"]) < 0:
            raise ValueError("a setting below 0")
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            raise ValueError("nesterov takes a momentum above 0 and no dampening")


NEGATIVE = "if min(lr, momentum, weight_decay) < 0:"

mistake(INIT, """Your SGD refuses a learning rate of 0. It is at least 0: a schedule may begin or end there.""",
        name="refuses_zero", replace=NEGATIVE, by="if lr <= 0 or min(momentum, weight_decay) < 0:")

mistake(INIT, """Your SGD takes settings below 0. A negative learning rate goes uphill, a negative weight decay lets the weights
    grow: refuse them with ValueError.""", name="takes_negative_settings", replace=NEGATIVE, by="if False:",
        forms=[{"replace": NEGATIVE, "by": "if lr < 0:"}])

mistake(INIT, """Your SGD takes nesterov without momentum. There is no velocity then that could be looked at one step ahead,
    so whoever asks for it has forgotten something: raise ValueError.""", name="takes_nesterov_without_momentum",
        replace="(momentum == 0 or dampening != 0)", by="dampening != 0")

mistake(INIT, """Your SGD takes nesterov with a dampening. The look ahead is made for a velocity that holds gradients whole:
    raise ValueError.""",
        name="takes_nesterov_with_dampening", replace="(momentum == 0 or dampening != 0)", by="momentum == 0")

mistake(INIT, """Your SGD never looks at nesterov. Without momentum, or with a dampening, it is not defined here: raise
    ValueError.""",
        name="takes_any_nesterov", replace="if nesterov and", by="if False and")
