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
        raise NotImplementedError
