r"""RMSProp: each coordinate of the gradient is divided by its own root mean square.

One learning rate for all coordinates is a compromise: it must be small enough for the steepest of them, and is then too
small for all others. RMSProp keeps a moving average of the squared gradient, number by number,

$$v_t = \alpha \, v_{t-1} + (1 - \alpha) \, g_t^2, \qquad v_0 = 0,$$

and divides by its root. What is left of a gradient is hardly more than its sign, so that each coordinate moves by about the
learning rate in each step, however steep the loss is along it. The *centred* form divides by the standard deviation instead:

$$m_t = \alpha \, m_{t-1} + (1 - \alpha) \, g_t, \qquad v_t - m_t^2 \approx \mathrm{Var}[g].$$

With $d_t$ for either of the two, $v_t$ or $v_t - m_t^2$, the step is

$$u_t = \frac{g_t}{\sqrt{d_t} + \epsilon}, \qquad b_t = \mu \, b_{t-1} + u_t, \qquad p_t = p_{t-1} - \eta \, b_t,$$

where $\mu$ is the momentum, and $b_0 = 0$; without momentum, $b_t = u_t$. *Weight decay* is L2 regularisation here:
$g_t$ stands for the gradient plus $\lambda \, p_{t-1}$ in all of the formulas.

Source: Tieleman and Hinton, "Lecture 6.5: rmsprop" (Coursera, 2012); Graves, "Generating sequences with recurrent neural
networks" (2013), section 4.2, for the centred form. The conventions are those of PyTorch's `torch.optim.RMSprop`.
"""
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class RMSprop(Optimizer):
    """Steps against the gradient over its root mean square.

    Settings of a group, with the symbols of the formulas above: lr η, alpha α, eps ϵ, weight_decay λ, momentum μ, and
    centered, which says whether to divide by the standard deviation.

    The state of a parameter is a dict in `self.state`. It has "step", an int, the number of steps that this parameter has
    taken part in; "square_avg", v; only where the group is centred "grad_avg", m; and only where its momentum is not 0
    "momentum_buffer", b. The three tensors have the shape and the dtype of the parameter. They are what
    `torch.optim.RMSprop` keeps under these keys, so either goes on from what the other has saved. PyTorch's "step" is a tensor
    of one number: where such a state was loaded, it may stay a tensor or become an int.

    Whether a group is centred, and whether its momentum is 0, stays the same from its first step on.
    """

    def __init__(self, params: Iterable, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False):
        """`params` and the settings of groups are as in `Optimizer`.

        >>> p = torch.tensor([1.0, 1.0, 1.0], requires_grad=True)
        >>> optimizer = RMSprop([p], lr=0.125, alpha=0.75)
        >>> p.grad = torch.tensor([100.0, -0.01, 0.0])
        >>> optimizer.step()
        >>> p.tolist()[0], round(p.tolist()[1], 4), p.tolist()[2]
        (0.75, 1.25, 1.0)
        """
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
                                  "centered": centered})

    def update(self, params: list[Tensor], group: dict) -> None:
        """Take one step: move each of `params`, all of which have a gradient, in place.

        The settings are those of `group` as it is now: lr may be another one in each step. Parameters have any shape,
        also (), any layout in memory, and the dtype float32 or float64. Their gradients are not changed, and the averages
        of a parameter that is not among `params` stay as they are.

        Rounding can leave a variance a little below 0. It counts as 0 (`torch.optim` would return NaN). The numbers in
        "square_avg" and "grad_avg" are the averages themselves, whatever the variance.
        """
        ### BEGIN SOLUTION
        lr, alpha, momentum = group["lr"], group["alpha"], group["momentum"]
        for p in params:
            state = self.state.setdefault(p, {})
            if not state:                                                 # the first step of this parameter
                state["step"], state["square_avg"] = 0, torch.zeros_like(p)
                if group["centered"]:
                    state["grad_avg"] = torch.zeros_like(p)
                if momentum:
                    state["momentum_buffer"] = torch.zeros_like(p)
            state["step"] += 1

            g = p.grad + group["weight_decay"] * p                        # ∇(L + λ|p|²/2); the tensor p.grad stays
            d = state["square_avg"].lerp_(g.square(), 1 - alpha)          # v <- α v + (1 - α) g²
            if group["centered"]:
                m = state["grad_avg"].lerp_(g, 1 - alpha)                 # m <- α m + (1 - α) g
                d = (d - m.square()).clamp(min=0)                         # never below 0 but by rounding

            step = g / (d.sqrt() + group["eps"])                          # a new tensor: the averages are kept as they are
            if momentum:
                step = state["momentum_buffer"].mul_(momentum).add_(step)
            p -= lr * step
        ### END SOLUTION

### BEGIN AFTERWORD
# Nothing corrects for the start at 0. After the first step the average is (1 - α) g², so that step is 1/√(1 - α) times as
# long as the learning rate: ten times, with α = 0.99. Adam divides this bias out. Note, too, that the length of a step no
# longer says how far the minimum is: near it the gradients shrink, their mean square with them, and the steps stay as long
# as they were. That is why RMSProp needs a learning rate that falls.
### END AFTERWORD

### BEGIN HINTS
# 1. `update` is called with the parameters of one group. What a parameter's averages are is found in `self.state`, under
#    the parameter itself, and is not there yet in its first step. Write the plain form first, and let the checks tell you
#    which of the others is next.
# 2. Weight decay changes the gradient before anything else sees it, without changing `p.grad`. A method that ends in an
#    underscore changes the tensor that it is called on: right for an average, wrong for its root. `clamp(min=0)` comes
#    between the variance and its root.
# 3. `state = self.state.setdefault(p, {})`, and where it is empty "step" is 0 and the others `torch.zeros_like(p)`. Then
#    `v.mul_(alpha).addcmul_(g, g, value=1 - alpha)`, `u = g / (v.sqrt() + eps)`, with momentum
#    `u = b.mul_(momentum).add_(u)`, and last `p -= lr * u`.
### END HINTS
