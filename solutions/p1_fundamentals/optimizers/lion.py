r"""Lion, "evolved sign momentum": a step in which only signs count, each coordinate's times the learning rate.

The direction is the sign of a mixture of the newest gradient $g$ and an average $m$ of the earlier ones. The average itself is
renewed afterwards, with a longer memory:

$$c_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad m_t = \beta_2 m_{t-1} + (1 - \beta_2)\, g_t, \qquad m_0 = 0,$$
$$\theta_t = \theta_{t-1} - \eta\, \bigl(\mathrm{sign}(c_t) + \lambda\, \theta_{t-1}\bigr).$$

The weight decay $\lambda$ is decoupled: it acts on the parameter, and neither on $c$ nor on $m$. So without weight decay a
coordinate moves by $\eta$, up or down, or stays where its $c$ is 0.

Source: Chen et al., "Symbolic discovery of optimization algorithms" (NeurIPS 2023), algorithm 2.
"""
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Lion(Optimizer):
    """A step of signs. The state of a parameter is {"exp_avg": tensor}, its average m, of its shape and dtype."""

    def __init__(self, params: Iterable, *, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        """`params` are tensors or groups, as in `Optimizer`. The settings are the defaults, under these names.

        Raises ValueError where `lr` or `weight_decay` is below 0, or one of `betas` is not in [0, 1). Only what is handed over
        here is looked at, not what a group sets for itself.

        >>> Lion([torch.ones(2)]).param_groups[0]["betas"]
        (0.9, 0.99)
        """
        ### BEGIN SOLUTION
        if lr < 0 or weight_decay < 0:
            raise ValueError(f"lr and weight_decay are at least 0, not {lr} and {weight_decay}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas are in [0, 1), not {betas}")
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))
        ### END SOLUTION

    def update(self, params: list[Tensor], group: dict) -> None:
        r"""Move each of `params`, of any shape, by its `grad`, with the settings of `group`; the formulas are at the top.

        The sign of 0 is 0. Where the two parts of c cancel but for rounding, any sign is right. The decay is that of the
        parameter before the step. `base` holds what a step does around this: gradients of None do not arrive here, and no graph
        is recorded.

        Parameters are float32 or float64, move in place and keep their dtype: who holds one, or a view of it, sees it move.
        They may lie in memory in any way, as `x.T` does. A `grad` is only read, and the average is no view of it. A parameter
        has a state once it was moved.

        >>> p = torch.tensor([2.0, -1.0], requires_grad=True)
        >>> optimizer = Lion([p], lr=0.5, betas=(0.5, 0.75), weight_decay=0.25)
        >>> p.grad = torch.tensor([4.0, 0.0])
        >>> optimizer.step()
        >>> p.tolist(), optimizer.state[p]
        ([1.25, -0.875], {'exp_avg': tensor([1., 0.])})
        """
        ### BEGIN SOLUTION
        beta1, beta2 = group["betas"]
        for p in params:
            state = self.state.setdefault(p, {})
            if not state:
                state["exp_avg"] = torch.zeros_like(p)
            m = state["exp_avg"]
            c = beta1 * m + (1 - beta1) * p.grad                          # with the m of before this step
            p.sub_(c.sign() + group["weight_decay"] * p, alpha=group["lr"])
            m.mul_(beta2).add_(p.grad, alpha=1 - beta2)
        ### END SOLUTION

### BEGIN AFTERWORD
# Try a gradient that is a thousand times as large: the parameters go the same way. So Lion needs no clipping, and a loss
# that is summed in place of meant trains the same. What it cannot do is take a small step, unless lr is small. Without
# weight decay, a parameter's distance from its start is a count: steps up minus steps down, times lr.
### END AFTERWORD

### BEGIN HINTS
# 1. Two mixtures of the same two tensors, with two factors. Which of them decides the step, and which is kept? Mind which m
#    stands in the first.
# 2. For each parameter: take m from the state, zeros at first. Make c, a new tensor. Move the parameter by lr times sign of c
#    plus decay times the parameter. Then change m in place.
# 3. `c = beta1 * m + (1 - beta1) * p.grad`, then `p.sub_(c.sign() + group["weight_decay"] * p, alpha=group["lr"])`, and at
#    the end `m.mul_(beta2).add_(p.grad, alpha=1 - beta2)`.
### END HINTS
