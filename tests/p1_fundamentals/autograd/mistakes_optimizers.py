"""What learners get wrong in `optimizers`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("optimizers.Optimizer.__init__", """Your optimizer keeps `params` as it came. A generator is used up
    after one walk, so that the next one finds no parameters and says nothing. Keep a list.""")
def keeps_the_generator(self, params, lr):
    self.params = params
    self.lr = lr
    if params == []:
        raise ValueError("params is empty")
    if not lr > 0:
        raise ValueError("lr must be positive")


@mistake("optimizers.Optimizer.__init__", """Your comparison lets a learning rate of NaN through: it is
    neither positive nor negative nor 0, and every parameter will be NaN after one step. Ask whether lr is
    positive, and refuse it if it is not.""")
def lets_nan_through(self, params, lr):
    self.params, self.lr = list(params), lr
    if not self.params:
        raise ValueError("params is empty")
    if lr <= 0:
        raise ValueError("lr must be positive")


@mistake("optimizers.Optimizer.zero_grad", """Your zero_grad fills the gradients with zeros. A zero is a
    gradient too, for which a step moves the parameter by its momentum; None says that there is none.""",
         forms=[{"replace": "p.grad = None", "by": """if p.grad is not None:
                p.grad = np.zeros_like(p.grad)"""},
                {"replace": "p.grad = None", "by": """if p.grad is not None:
                p.grad.fill(0)"""}])
def fills_with_zeros(self):
    for p in self.params:
        p.grad = np.zeros_like(p.data)


@mistake("optimizers.SGD.step", """Your SGD goes uphill: it adds the gradient. The gradient points to where
    the loss grows.""")
def goes_uphill(self):
    for p, velocity in zip(self.params, self.velocities):
        if p.grad is not None:
            velocity *= self.momentum
            velocity += p.grad
            p.data += self.lr * velocity


@mistake("optimizers.SGD.step", """Your SGD weighs the gradient by 1 - momentum, as Adam's averages do. Here
    the velocity is a sum: the gradient enters it whole.""")
def averages_the_velocity(self):
    for p, velocity in zip(self.params, self.velocities):
        if p.grad is not None:
            velocity *= self.momentum
            velocity += (1 - self.momentum) * p.grad
            p.data -= self.lr * velocity


@mistake("optimizers.SGD.step", """Your velocity holds the learning rate already: v = μ v + lr g. While lr is
    constant nobody can tell, but when a schedule changes it, the gradients of earlier steps still move by the
    old one. Multiply by lr when p is moved.""")
def multiplies_too_early(self):
    for p, velocity in zip(self.params, self.velocities):
        if p.grad is not None:
            velocity *= self.momentum
            velocity += self.lr * p.grad
            p.data -= velocity


@mistake("optimizers.SGD.step", """Your SGD makes a new array for p.data. The parameters come out right, but
    whoever holds the array, a view of it for instance, no longer sees the model learn: change the array in
    place.""")
def makes_a_new_array(self):
    for p, velocity in zip(self.params, self.velocities):
        if p.grad is not None:
            velocity *= self.momentum
            velocity += p.grad
            p.data = p.data - self.lr * velocity


@mistake("optimizers.SGD.step", """Your SGD treats a missing gradient like one of 0, so that momentum carries
    the parameter on. One whose grad is None takes no part in the step, and its velocity does not fade.""")
def takes_none_for_zero(self):
    for p, velocity in zip(self.params, self.velocities):
        velocity *= self.momentum
        if p.grad is not None:
            velocity += p.grad
        p.data -= self.lr * velocity


@mistake("optimizers.Adam.step", """Your Adam lacks the correction of the bias. Its averages start at 0, so
    the first ones are too small, that of the square most of all: the first steps are too long.""")
def forgets_the_correction(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        if p.grad is not None:
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            p.data -= self.lr * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


@mistake("optimizers.Adam.step", """Your Adam adds eps under the root, where its own root is what counts: 1e-4
    in place of 1e-8. It belongs outside. The difference shows where gradients are small.""")
def adds_eps_under_the_root(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        if p.grad is not None:
            self.steps[i] += 1
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            m_hat = self.m[i] / (1 - beta1 ** self.steps[i])
            v_hat = self.v[i] / (1 - beta2 ** self.steps[i])
            p.data -= self.lr * m_hat / np.sqrt(v_hat + self.eps)


@mistake("optimizers.Adam.step", """Your Adam has one t, and counts it up for each parameter: with ten
    parameters it is ten times too large after a step. t is the number of steps that this parameter has
    made.""")
def counts_parameters_as_steps(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        if p.grad is not None:
            self.steps[0] += 1
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            m_hat = self.m[i] / (1 - beta1 ** self.steps[0])
            v_hat = self.v[i] / (1 - beta2 ** self.steps[0])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@mistake("optimizers.Adam.step", """Your Adam counts the steps of the optimizer, not those of each parameter.
    One that was skipped has averages that are younger than that, and needs the correction of its own number
    of steps.""")
def counts_steps_of_the_optimizer(self):
    beta1, beta2 = self.betas
    self.steps[0] += 1
    for i, p in enumerate(self.params):
        if p.grad is not None:
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            m_hat = self.m[i] / (1 - beta1 ** self.steps[0])
            v_hat = self.v[i] / (1 - beta2 ** self.steps[0])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@mistake("optimizers.Adam.step", """Your Adam divides by the average of the squares, not by its root. The step
    then shrinks where gradients are large and grows where they are small; with the root its length is about
    lr in both cases.""")
def forgets_the_root(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        if p.grad is not None:
            self.steps[i] += 1
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            m_hat = self.m[i] / (1 - beta1 ** self.steps[i])
            v_hat = self.v[i] / (1 - beta2 ** self.steps[i])
            p.data -= self.lr * m_hat / (v_hat + self.eps)


@mistake("optimizers.SGD.__init__", """Your SGD takes any momentum. From 1 on the velocity never fades, and a
    negative one turns back and forth: say so at once, not by a loss that explodes an hour later.""")
def takes_any_momentum(self, params, *, lr, momentum=0.0):
    super().__init__(params, lr)
    self.momentum = momentum
    self.velocities = [np.zeros_like(p.data) for p in self.params]


@mistake("optimizers.Adam.__init__", """Your Adam takes a first beta of 1. The average never moves from 0 then, and
    its correction divides by 0: both betas have to lie in [0, 1).""",
         forms=[{"replace": "0 <= beta < 1", "by": "0 <= beta <= 1"},
                {"replace": "all(0 <= beta < 1 for beta in betas)", "by": "0 <= betas[1] < 1"},
                {"replace": "all(0 <= beta < 1 for beta in betas)", "by": "any(0 <= beta < 1 for beta in betas)"}])
def takes_any_betas(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    super().__init__(params, lr)
    if not eps > 0:
        raise ValueError("eps must be positive")
    self.betas, self.eps = betas, eps
    self.m = [np.zeros_like(p.data) for p in self.params]
    self.v = [np.zeros_like(p.data) for p in self.params]
    self.steps = [0 for _ in self.params]


def scales_the_gradient_itself(self):
    kept = vars(self).setdefault("kept", {})
    for i, p in enumerate(self.params):
        if p.grad is not None:
            if i in kept:
                kept[i] *= self.momentum
                kept[i] += p.grad
            else:
                kept[i] = p.grad
            p.data -= self.lr * kept[i]


@mistake("optimizers.SGD.step", """Your SGD keeps the array p.grad itself as its velocity. The next gradient may be
    written into that array, and your velocity changes with it: keep an array of your own, and copy into it.""",
         forms=[scales_the_gradient_itself])
def keeps_the_gradient_itself(self):
    kept = vars(self).setdefault("kept", {})
    for i, p in enumerate(self.params):
        if p.grad is not None:
            kept[i] = self.momentum * kept[i] + p.grad if i in kept else p.grad
            p.data -= self.lr * kept[i]


mistake("optimizers.SGD.step", """Your SGD takes a slice, such as `p.data[:]`, and an array of shape () has no axis to
    slice: NumPy raises IndexError. `p.data -= ...` changes an array of any shape in place, and so does `p.data[...] =
    ...`.""",
        name="slices_what_has_no_axis", replace="p.data -= self.lr * velocity", by="p.data[:] = p.data - self.lr * velocity",
        forms=[{"replace": "velocity += p.grad", "by": "velocity[:] = velocity + p.grad"}])

mistake("optimizers.SGD.step", """Your SGD moves the parameter before the gradient of this step has entered the
    velocity, so that each step goes where the last gradient pointed, and the first goes nowhere: v comes first, then
    p.""",
        name="moves_by_the_old_velocity",
        replace="""velocity *= self.momentum
            velocity += p.grad
            p.data -= self.lr * velocity""", by="""p.data -= self.lr * velocity
            velocity *= self.momentum
            velocity += p.grad""")

mistake("optimizers.SGD.step", """Your SGD moves by the gradient of this step alone. With momentum the earlier ones
    count too: the step is lr times the velocity, v = μ v + g.""", name="ignores_the_momentum",
        replace="p.data -= self.lr * velocity", by="p.data -= self.lr * p.grad")


@mistake("optimizers.SGD.__init__", """Your SGD goes on with the learning rate that its constructor was given. A
    schedule sets `lr` to another value between two steps, so each step has to read self.lr anew.""")
def remembers_the_learning_rate(self, params, *, lr, momentum=0.0):
    super().__init__(params, lr)
    if not 0 <= momentum < 1:
        raise ValueError("momentum must lie in [0, 1)")
    velocities = [np.zeros_like(p.data) for p in self.params]

    def step():
        for p, velocity in zip(self.params, velocities):
            if p.grad is not None:
                velocity *= momentum
                velocity += p.grad
                p.data -= lr * velocity

    self.step = step


mistake("optimizers.SGD.__init__", """Your SGD keeps float64 for a parameter in float32: np.zeros makes float64 unless
    it is told otherwise. A velocity has the dtype of its parameter, and np.zeros_like takes it over.""",
        name="keeps_velocities_in_float64", replace="np.zeros_like(p.data)", by="np.zeros(p.shape)")

mistake("optimizers.SGD.__init__", """Your SGD takes a momentum of 1. No gradient would ever fade from the velocity:
    the momentum has to be smaller than 1.""",
        name="takes_a_momentum_of_one", replace="0 <= momentum < 1", by="0 <= momentum <= 1")

mistake("optimizers.SGD.__init__", """Your comparison lets a momentum of NaN through: it is neither below 0 nor above
    1, and every parameter will be NaN after one step. Ask whether it lies in [0, 1), and refuse it if it does not.""",
        name="lets_a_momentum_of_nan_through", replace="not 0 <= momentum < 1", by="momentum < 0 or momentum >= 1")

mistake("optimizers.Adam.step", """Your Adam makes a new array for p.data. The parameters come out right, but whoever
    holds the array, a view of it for instance, no longer sees the model learn: change the array in place.""",
        name="adam_makes_a_new_array", replace="p.data -= self.lr * m_hat", by="p.data = p.data - self.lr * m_hat")

mistake("optimizers.Adam.step", """Your Adam has its betas the wrong way round. The first, β₁, is for the average m of
    the gradients, and the second, β₂, for the average v of their squares.""", name="swaps_the_betas",
        replace="beta1, beta2 = self.betas", by="beta2, beta1 = self.betas")

BOTH_HATS = """m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)"""

mistake("optimizers.Adam.step", """Your Adam multiplies β by t where it corrects the bias. The correction is 1 - βᵗ,
    with the t-th power: each step leaves a share β of what the average lacked before.""", name="multiplies_beta_by_t",
        replace=BOTH_HATS, by=BOTH_HATS.replace("**", " * "),
        forms=[{"replace": "beta1**t", "by": "beta1 * t"}, {"replace": "beta2**t", "by": "beta2 * t"}])

mistake("optimizers.Adam.step", """Your Adam corrects the bias of one of its two averages and not of the other. Both
    start at 0, and both are too small at first: m by the factor 1 - β₁ᵗ, and v by 1 - β₂ᵗ.""",
        name="corrects_one_average",
        replace="v / (1 - beta2**t)", by="v", forms=[{"replace": "m / (1 - beta1**t)", "by": "m"}])

mistake("optimizers.Adam.step", """The first step of your Adam makes every parameter NaN. With t = 0 this is so, as 1
    - β⁰ is 0 and both corrections divide by it: in the first step t is 1, counted up before it is used.""",
        name="counts_from_zero",
        replace="""self.steps[i] += 1
            t = self.steps[i]
""", by="""t = self.steps[i]
            self.steps[i] += 1
""")

mistake("optimizers.Adam.step", """Your Adam takes a slice, such as `p.data[:]`, and an array of shape () has no axis
    to slice: NumPy raises IndexError. `p.data -= ...` changes an array of any shape in place, and so does
    `p.data[...] = ...`.""",
        name="adam_slices_what_has_no_axis", replace="p.data -= self.lr", by="p.data[:] -= self.lr",
        forms=[{"replace": "m[...] =", "by": "m[:] ="}])


@mistake("optimizers.Adam.step", """Your Adam treats a missing gradient like one of 0, so that its averages carry the
    parameter on. One whose grad is None takes no part in the step, and keeps its averages and its t.""")
def adam_takes_none_for_zero(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        g = 0 if p.grad is None else p.grad
        self.steps[i] += 1
        self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
        self.v[i] = beta2 * self.v[i] + (1 - beta2) * g**2
        m_hat = self.m[i] / (1 - beta1 ** self.steps[i])
        v_hat = self.v[i] / (1 - beta2 ** self.steps[i])
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@mistake("optimizers.Adam.__init__", """Your Adam goes on with the learning rate that its constructor was given. A
    schedule sets `lr` to another value between two steps, so each step has to read self.lr anew.""")
def adam_remembers_the_learning_rate(self, params, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    super().__init__(params, lr)
    if not all(0 <= beta < 1 for beta in betas):
        raise ValueError("betas must lie in [0, 1)")
    if not eps > 0:
        raise ValueError("eps must be positive")
    self.betas, self.eps = betas, eps
    self.m = [np.zeros_like(p.data) for p in self.params]
    self.v = [np.zeros_like(p.data) for p in self.params]
    self.steps = [0 for _ in self.params]

    def step():
        now, self.lr = self.lr, lr
        type(self).step(self)
        self.lr = now

    self.step = step


mistake("optimizers.Adam.__init__", """Your Adam takes an eps of 0. It keeps the denominator from 0 where all
    gradients have been 0 so far: without it the step is 0/0, which is not a number.""", name="takes_an_eps_of_zero",
        replace="if not eps > 0:", by="if not eps >= 0:", forms=[{"replace": "if not eps > 0:", "by": "if False:"}])


TAKES_A_LIST = "self.params = list(params)"


mistake("optimizers.Optimizer.__init__", """Your optimizer walks through `params` more than once. A generator is used
    up by the first walk, be it only to count or to look whether there is anything, and a later one finds no
    parameters and says nothing. Make a list of it first, and use only that.""",
        name="walks_through_the_generator_twice",
        replace=TAKES_A_LIST, by="""if len(list(params)) == 0:
            raise ValueError("params is empty")
        self.params = list(params)
        if not self.params:
            self.lr = lr
            return""", forms=[
            {"replace": """self.params = list(params)
        self.lr = lr
        if not self.params:""", "by": """self.lr = lr
        empty = not list(params)
        self.params = list(params)
        if empty:"""},
            {"target": "SGD.__init__", "replace": "np.zeros_like(p.data) for p in self.params",
             "by": "np.zeros_like(p.data) for p in params"},
            {"target": "Adam.__init__", "replace": "self.m = [np.zeros_like(p.data) for p in self.params]",
             "by": "self.m = [np.zeros_like(p.data) for p in params]"}])

mistake("optimizers.Optimizer.__init__", """Your optimizer loses the first parameter of a generator. To look whether
    there is one with next(...) or a loop takes it out, and a generator does not give it again: make a list first, and
    look at that.""",
        name="takes_the_first_out", replace=TAKES_A_LIST, by="""if next(iter(params), None) is None:
            raise ValueError("params is empty")
        self.params = list(params)""", forms=[
            {"replace": TAKES_A_LIST, "by": """if not any(True for _ in params):
            raise ValueError("params is empty")
        self.params = list(params)"""}])

mistake("optimizers.Optimizer.__init__", """Your optimizer can be made without any parameter, from an empty list or from a
    generator that gives nothing, and would then move nothing without a word. A generator is true and has no length,
    whatever will come: ask the list that you have made of it, and raise ValueError if that is empty.""",
        name="takes_no_parameters", replace="if not self.params:", by="if False:",
        forms=[{"replace": "if not self.params:", "by": "if self.params is None:"},
               {"replace": "if not self.params:", "by": "if not params:"},
               {"replace": "if not self.params:", "by": "if params == [] or params == ():"}])

mistake("optimizers.Optimizer.__init__", """Your optimizer takes a learning rate of 0, with which no step moves
    anything: lr has to be greater than 0.""",
        name="takes_a_learning_rate_of_zero", replace="if not lr > 0:", by="if not lr >= 0:",
        forms=[{"replace": "if not lr > 0:", "by": "if lr < 0:"}, {"replace": "if not lr > 0:", "by": "if False:"}])

mistake("optimizers.Optimizer.__init__", """Your optimizer keeps only the parameters that require a gradient when it
    is made. `params` holds all that came: whether one takes part in a step is asked at that step, and its grad tells.""",
        name="drops_what_requires_no_gradient", replace=TAKES_A_LIST, by="self.params = [p for p in params if p.requires_grad]",
        forms=[{"replace": TAKES_A_LIST, "by": "self.params = list(filter(lambda p: p.requires_grad, params))"}])

mistake("optimizers.SGD.__init__", """Your SGD raises ValueError for a momentum of 0, which is the default and means
    plain gradient descent: 0 belongs to the interval, 1 does not.""", name="refuses_a_momentum_of_zero",
        replace="0 <= momentum < 1", by="0 < momentum < 1")

mistake("optimizers.Adam.__init__", """Your Adam raises ValueError where one of the betas is 0. The interval is [0,
    1), to which 0 belongs: the average is then the newest value alone.""", name="refuses_a_beta_of_zero",
        replace="0 <= beta < 1", by="0 < beta < 1")

mistake("optimizers.Adam.__init__", """Your Adam looks at the first beta only. The second makes an average too, and a
    correction that divides by 1 - β₂ᵗ: both have to lie in [0, 1).""", name="looks_at_the_first_beta",
        replace="all(0 <= beta < 1 for beta in betas)", by="0 <= betas[0] < 1")

mistake("optimizers.Adam.__init__", """Your Adam keeps float64 for a parameter in float32: np.zeros makes float64
    unless it is told otherwise. An average has the dtype of its parameter, and np.zeros_like takes it over.""",
        name="keeps_averages_in_float64", replace="self.m = [np.zeros_like(p.data) for p in self.params]",
        by="self.m = [np.zeros(p.shape) for p in self.params]", forms=[
            {"replace": "self.v = [np.zeros_like(p.data)", "by": "self.v = [np.zeros(p.shape)"},
            {"replace": """self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]""", "by": """self.m = [np.zeros(p.shape) for p in self.params]
        self.v = [np.zeros(p.shape) for p in self.params]"""}])

mistake("optimizers.SGD.step", """The step of your SGD ends at the first parameter that has no gradient. Those after
    it may have one, and they stay where they are: `return` and `break` leave the loop, `continue` goes on with the
    next.""",
        name="ends_at_the_first_without_a_gradient", replace="continue", by="return", forms=[{"replace": "continue", "by": "break"}])

mistake("optimizers.Adam.step", """The step of your Adam ends at the first parameter that has no gradient. Those after
    it may have one, and they stay where they are: `return` and `break` leave the loop, `continue` goes on with the
    next.""",
        name="adam_ends_at_the_first_without_a_gradient", replace="continue", by="return",
        forms=[{"replace": "continue", "by": "break"}])

mistake("optimizers.SGD.step", """Your SGD moves a copy where the data are a view, such as a transpose, and the
    parameter itself stays where it was. reshape(-1), ravel and np.ascontiguousarray give the array itself only where
    it lies in memory row by row, and else a copy: change p.data itself.""", name="moves_a_copy_of_a_view",
        replace="p.data -= self.lr * velocity", by="""flat = p.data.reshape(-1)
            flat -= self.lr * velocity.reshape(-1)""", forms=[
            {"replace": "p.data -= self.lr * velocity", "by": "p.data.ravel()[...] -= self.lr * velocity.ravel()"}])

def squares_the_gradient_itself(self):
    beta1, beta2 = self.betas
    for i, p in enumerate(self.params):
        g = p.grad
        if g is not None:
            self.steps[i] += 1
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
            g **= 2
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * g
            m_hat = self.m[i] / (1 - beta1 ** self.steps[i])
            v_hat = self.v[i] / (1 - beta2 ** self.steps[i])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


mistake("optimizers.Adam.step", """Your Adam squares the gradient in place, and p.grad is another array afterwards.
    The gradient is only read: g² needs an array of its own.""", name="squares_the_gradient_in_place",
        replace="v[...] = beta2 * v + (1 - beta2) * p.grad**2", by="""p.grad *= p.grad
            v[...] = beta2 * v + (1 - beta2) * p.grad""", forms=[squares_the_gradient_itself])


def shares_velocities_by_number(self):
    kept = SGD.__dict__.get("kept")
    if kept is None:
        kept = SGD.kept = {}
    for number, p in enumerate(self.params):
        if p.grad is not None:
            kept[number] = self.momentum * kept.get(number, 0) + p.grad
            p.data -= self.lr * kept[number]


def shares_velocities_of_an_argument(self, kept={}):
    for number, p in enumerate(self.params):
        if p.grad is not None:
            velocity = kept.setdefault(number, np.zeros_like(p.data))
            velocity *= self.momentum
            velocity += p.grad
            p.data -= self.lr * velocity


mistake("optimizers.SGD.step", """All your SGDs share their velocities: a list or dict in the body of the class, or as
    the default of an argument, is made once, and a new optimizer finds in it what another has left. Make the
    velocities in __init__, for self.""",
        name="shares_velocities_with_all_others", replace="for p, velocity in zip(self.params, self.velocities):",
        by="""kept = vars(Optimizer).get("kept")
        if kept is None:
            kept = Optimizer.kept = {}
        for i, p in enumerate(self.params):
            velocity = kept.setdefault(i, np.zeros_like(p.data))""",
        forms=[shares_velocities_by_number, shares_velocities_of_an_argument])

mistake("optimizers.Adam.step", """Your Adam keeps the corrected averages in the place of the averages. The next step
    goes on from numbers that were divided already, and divides them again: the hats are new arrays, made for this
    step alone.""",
        name="corrects_the_averages_themselves", replace=BOTH_HATS, by="""m /= 1 - beta1**t
            v /= 1 - beta2**t
            m_hat, v_hat = m, v""", forms=[
            {"replace": "m_hat = m / (1 - beta1**t)", "by": "m_hat = m[...] = m / (1 - beta1**t)"},
            {"replace": "v_hat = v / (1 - beta2**t)", "by": "v_hat = v[...] = v / (1 - beta2**t)"}])

mistake("optimizers.Adam.step", """Your Adam adds eps to √v before the correction, as code does that puts both
    corrections into the step size. The denominator is √v̂ + eps with the corrected v̂: in yours eps counts 1/√(1 -
    β₂ᵗ) times too much, which shows in the first steps and where gradients are small.""",
        name="adds_eps_before_the_correction",
        replace="self.lr * m_hat / (np.sqrt(v_hat) + self.eps)",
        by="self.lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + self.eps)")

mistake("optimizers.Adam.step", """Your Adam adds the new gradient whole to a fading sum, as momentum does. An average
    takes it in by the share 1 - β, so that the weights of old and new add up to 1.""",
        name="sums_instead_of_averaging",
        replace="(1 - beta1) * p.grad", by="p.grad", forms=[{"replace": "(1 - beta2) * p.grad**2", "by": "p.grad**2"}])
