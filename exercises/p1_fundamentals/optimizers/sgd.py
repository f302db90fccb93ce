r"""SGD with momentum, in Polyak's form and in Nesterov's: a velocity that carries the gradients of earlier steps.

Plain gradient descent moves each parameter $\theta$ against its gradient $g$. In a long narrow valley this is slow: the
gradient points across the valley, from wall to wall, and hardly along it. *Momentum* keeps a sum of earlier gradients, in
which each step fades by a factor $\mu$. What changes its sign from step to step cancels out, and what keeps it adds up:

$$g_t = \nabla L(\theta_{t-1}) + \lambda \theta_{t-1}, \qquad b_1 = g_1, \qquad b_t = \mu b_{t-1} + (1 - \tau) g_t,$$
$$\theta_t = \theta_{t-1} - \eta\, b_t \ \text{ (momentum)}, \qquad
\theta_t = \theta_{t-1} - \eta\,(g_t + \mu b_t) \ \text{ (Nesterov)}.$$

$\eta$ is the learning rate, $\lambda$ the weight decay, $\tau$ the dampening. With a momentum $\mu$ of 0 there is no velocity:
in both forms the step is $\eta\, g_t$, nothing is kept, and the dampening has no effect. Nesterov's form takes the velocity
one step ahead: the old gradients have faded once more, and the newest counts already.

Source: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964); Sutskever, Martens, Dahl and Hinton,
"On the importance of initialization and momentum in deep learning" (ICML 2013), section 2; the formulas are those of
`torch.optim.SGD`.
"""
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent with momentum, dampening, weight decay and Nesterov's look ahead, as `torch.optim.SGD`.

    The state of a parameter is {"momentum_buffer": tensor}, its velocity b, of the parameter's shape and dtype.
    """

    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
                 nesterov: bool = False):
        """`params` are tensors or groups, as in `Optimizer`. The five settings are the defaults, under these names.

        Raises ValueError where lr, momentum or weight_decay is below 0, and where `nesterov` comes without momentum or with
        a dampening other than 0. What NaN does is left open. Only what is handed over here is looked at, and not what a group
        sets for itself: with `nesterov`, one group may have the momentum 0, and its steps go by the gradient.

        >>> SGD([torch.ones(2)], lr=0.1, momentum=0.9).param_groups[0]["momentum"]
        0.9
        """
        raise NotImplementedError

    def update(self, params: list[Tensor], group: dict) -> None:
        r"""Move each of `params`, of any shape, against its `grad`, by the settings of `group`.

        The formulas stand at the top of this file. The weight decay is a part of the gradient, before anything else. At the
        first step of a parameter with a momentum other than 0, its velocity is the gradient itself, not dampened; from then on

        $$b \leftarrow \mu b + (1 - \tau)\, g.$$

        `base` holds what a step does around this: gradients of None do not arrive here, and no graph is recorded.

        Parameters move in place: who holds one, or a view of it, sees it move. They may lie in memory in any way, as `x.T`
        does. A `grad` is only read, and the velocity is no view of it: `grad` may be filled anew before the next step.
        A parameter has a velocity once it was moved with a momentum other than 0, and no state before that. If a group's
        momentum is set to 0 later, steps go by the gradient alone, and the velocity stays in the state as it is.

        >>> p = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = SGD([p], lr=0.5, momentum=0.5)
        >>> for _ in range(2):
        ...     p.grad = torch.tensor([1.0, -2.0])
        ...     optimizer.step()
        >>> p.tolist(), optimizer.state[p]
        ([-0.25, 4.5], {'momentum_buffer': tensor([ 1.5000, -3.0000])})
        """
        raise NotImplementedError
