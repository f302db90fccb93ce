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
        raise NotImplementedError


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
