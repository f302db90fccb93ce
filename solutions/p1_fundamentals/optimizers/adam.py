r"""Adam, AdamW and AMSGrad: momentum, a step for each coordinate of its own, and both averages corrected for their start.

Adam keeps two moving averages of each number of the gradient, its mean and its mean square,

$$m_t = \beta_1 m_{t-1} + (1 - \beta_1) \, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2) \, g_t^2, \qquad m_0 = v_0 = 0.$$

Both begin at 0, so the first of them are too small. In a constant stream of gradients the average after $t$ steps has
$1 - \beta^t$ of its right size; divided by that, it is unbiased from the first step on:

$$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad
  p_t = p_{t-1} - \eta \, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}.$$

*AMSGrad* never forgets how large a mean square was. In the place of $v_t$ it corrects, and divides by, the largest so far,
number by number:

$$w_t = \max(w_{t-1}, v_t), \qquad w_0 = 0, \qquad \hat v_t = \frac{w_t}{1 - \beta_2^t}.$$

*Weight decay* is another thing in each of the two classes. In `Adam` it is L2 regularisation: $g_t$ in all of the formulas
stands for the gradient plus $\lambda \, p_{t-1}$. In `AdamW` it is *decoupled* from the averages: they see the gradient
alone, and the parameter is made smaller before it is moved,

$$p_t = (1 - \eta \lambda) \, p_{t-1} - \eta \, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}.$$

Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), algorithm 1; Loshchilov and Hutter,
"Decoupled weight decay regularization" (ICLR 2019), algorithm 2; Reddi, Kale and Kumar, "On the convergence of Adam and
beyond" (ICLR 2018), for AMSGrad. The conventions are those of `torch.optim.Adam` and `torch.optim.AdamW`.
"""
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Adam(Optimizer):
    """Steps along the mean gradient over the root of the mean square; weight decay is part of the gradient.

    Settings of a group, with the symbols of the formulas above: lr η, betas (β₁, β₂), eps ϵ, weight_decay λ, and amsgrad,
    which says whether to divide by the largest mean square.

    The state of a parameter is a dict in `self.state`. It has "step", an int, the number t of steps that this parameter has
    taken part in; "exp_avg", m; "exp_avg_sq", v; and only with amsgrad "max_exp_avg_sq", w. These are the averages before
    the correction. Each has the shape and the dtype of its parameter, and between two steps an optimiser holds no other
    tensors: twice the memory of the parameters, and three times with amsgrad. `torch.optim` keeps the same under the same
    keys, so either goes on from what the other has saved. In what `torch.optim` has saved, "step" is a tensor of one number,
    in float32. It is an int again after the next step.
    """

    decoupled = False  # whether weight decay acts on the parameter itself

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0, amsgrad: bool = False):
        """`params` and the settings of groups are as in `Optimizer`. Each of `betas` is from 0 to below 1, which need
        not be checked.

        >>> p = torch.tensor([1.0, 1.0, 1.0], requires_grad=True)
        >>> optimizer = Adam([p], lr=0.25)
        >>> p.grad = torch.tensor([100.0, -0.01, 0.0])
        >>> optimizer.step()
        >>> [round(number, 4) for number in p.tolist()], optimizer.state[p]["step"]
        ([0.75, 1.25, 1.0], 1)
        """
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def update(self, params: list[Tensor], group: dict) -> None:
        """Take one step: move each of `params`, all of which have a gradient, in place.

        `step` calls this without recording a graph, so it needs no `torch.no_grad` of its own.

        The settings are those of `group` as it is now: lr may be another one in each step. Only amsgrad stays as it was in
        the first step. `self.decoupled` says which weight decay is meant.

        Parameters have any shape, also (), any layout in memory, and the dtype float32 or float64, both perhaps in one group.
        Each has its own t: one that has its first gradient later than the others begins at 1 then. A gradient of zeros is a
        gradient. The gradients are not changed, and the state of a parameter that is not among `params` stays as it is.

        `grader bench optimizers` measures the time of a step. Loops over the parameters are right, too: speed decides
        nothing here.
        """
        ### BEGIN SOLUTION
        (beta1, beta2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
        states = [self.state.setdefault(p, {}) for p in params]
        for p, state in zip(params, states):
            if not state:                                                 # the first step of this parameter
                state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
                if group["amsgrad"]:
                    state["max_exp_avg_sq"] = torch.zeros_like(p)
            state["step"] = int(state["step"]) + 1                        # torch.optim saves a tensor

        # A function whose name begins with _foreach_ goes through a list of tensors in a loop of its own, which is in C++.
        grads = [p.grad for p in params]
        if decay and self.decoupled:
            torch._foreach_mul_(params, 1 - lr * decay)                   # p <- (1 - ηλ) p
        elif decay:
            grads = torch._foreach_add(grads, params, alpha=decay)        # g + λp, as new tensors: p.grad stays

        means, squares = [state["exp_avg"] for state in states], [state["exp_avg_sq"] for state in states]
        torch._foreach_lerp_(means, grads, 1 - beta1)                     # m <- m + (1 - β₁)(g - m)
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)         # v <- β₂ v + (1 - β₂) g²
        if group["amsgrad"]:
            largest = [state["max_exp_avg_sq"] for state in states]
            torch._foreach_maximum_(largest, squares)                     # w <- max(w, v)
            squares = largest

        # With c = √(1 - β₂ᵗ), √v̂ + ε = (√v + cε)/c. So the corrections are numbers, one for each parameter, as each has its
        # own t, and take no pass over the tensors: p <- p - η c/(1 - β₁ᵗ) · m/(√v + cε).
        roots = [(1 - beta2 ** state["step"]) ** 0.5 for state in states]
        rates = [-lr * root / (1 - beta1 ** state["step"]) for root, state in zip(roots, states)]
        divisors = torch._foreach_sqrt(squares)                           # new tensors: the averages stay
        torch._foreach_add_(divisors, [root * group["eps"] for root in roots])
        torch._foreach_addcdiv_(params, means, divisors, rates)
        ### END SOLUTION


class AdamW(Adam):
    """Adam with decoupled weight decay, which is 0.01 where nothing else is said.

    >>> p = torch.tensor([4.0, 4.0], requires_grad=True)
    >>> optimizer = AdamW([p], lr=0.5, weight_decay=0.5)
    >>> p.grad = torch.tensor([3.0, 0.0])
    >>> optimizer.step()
    >>> [round(number, 4) for number in p.tolist()]
    [2.5, 3.0]
    """

    decoupled = True

    def __init__(self, params: Iterable, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

### BEGIN AFTERWORD
# Multiply the loss by 1000 and every step of Adam stays what it was, but for eps. That is why one learning rate serves so
# many networks, and why L2 regularisation does so little in it: where the gradient is large, the λp that was added to it is
# divided by the same root. AdamW takes the decay out of the quotient. Then λ means the same for every weight. Look at the
# memory, too: two numbers for each parameter, so that a model of a billion parameters takes 8 GB for its averages in
# float32. What came after Adam, such as Adafactor, 8-bit Adam and Lion, mostly saves these.
### END AFTERWORD

### BEGIN HINTS
# 1. Write it first for one parameter, in the order of the formulas: state, weight decay, two averages, corrections, step.
#    What depends on t is a number and no tensor. Write AMSGrad and the two decays when the plain form passes.
# 2. Take t from the "step" of the parameter itself, as an int, counted up before it is used. `p.grad + decay * p` leaves
#    p.grad as it is. An average changes in place (`mul_`, `lerp_`, `addcmul_`), while its root has to be a new tensor
#    (`sqrt`). eps is added to the root of the corrected square. AMSGrad takes the maximum of averages that are not
#    corrected yet.
# 3. `m.lerp_(g, 1 - beta1)`, `v.mul_(beta2).addcmul_(g, g, value=1 - beta2)`, with amsgrad `w = torch.maximum(w, v, out=w)`,
#    then `divisor = (v / (1 - beta2 ** t)).sqrt() + eps` (w for v with amsgrad) and `p.addcdiv_(m, divisor, value=-lr / (1 -
#    beta1 ** t))`. For speed, each of these for a whole list: `torch._foreach_lerp_(ms, gs, 1 - beta1)` and its sisters, which
#    also take a list of numbers, one for each tensor.
### END HINTS
